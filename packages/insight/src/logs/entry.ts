/** As pino has them, in their order. */
export const levels = ["trace", "debug", "info", "warn", "error", "fatal"] as const;
export type Level = (typeof levels)[number];

/** What a service has logged at once. */
export interface Logged {
  readonly level: Level;
  readonly message: string;
  readonly traceId: string;
  /** What it is about: all but the above, the time and the service. */
  readonly about: Readonly<Record<string, unknown>>;
}

/** A line of a log. */
export interface Entry {
  /** Whose log: "order", "order.2". */
  readonly part: string;
  /** In ms since 1970; of a line that tells no time that of the one before it. */
  readonly at: number;
  readonly text: string;
  /** Undefined: the line is no entry of a log, but what a process has printed otherwise. */
  readonly logged: Logged | undefined;
}

/** Reads a line of the part's log; `before` is the time of the line before it. */
export function readEntry(part: string, line: string, before: number): Entry {
  const fields = parsed(line);
  const { time, level, service: _service, msg, trace_id, span_id: _span, ...about } = fields ?? {};
  const at = typeof time === "string" ? Date.parse(time) : Number.NaN;
  const known = levels.find((one) => one === level);
  if (Number.isNaN(at) || known === undefined)
    return { part, at: before, text: line, logged: undefined };
  const traceId = typeof trace_id === "string" ? trace_id : "";
  return {
    part,
    at,
    text: line,
    logged: { level: known, message: String(msg ?? ""), traceId, about },
  };
}

function parsed(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // Cut off, by a full disk say.
  }
}
