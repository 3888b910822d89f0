import type { ExportedSpan, SpanEvent } from "@waybill/otlp";

/** What a span is called in what is drawn: short, and what it was about. */
export function titleOf({ name, kind, attributes }: ExportedSpan): string {
  const rpc = /^(?:[a-z0-9]+\.)+([A-Za-z]+\/[A-Za-z]+)$/.exec(name)?.[1];
  const subject = attributes["messaging.destination.name"];
  const isCall = rpc !== undefined && kind === "client";
  const short = `${isCall ? "→ " : ""}${rpc ?? name}`;
  return kind === "consumer" && typeof subject === "string" && !name.includes(subject)
    ? `${short} ← ${withoutId(subject)}`
    : short;
}

/** "orders.v1.placed" of "orders.v1.placed.<order id>". */
const withoutId = (subject: string): string => subject.split(".").slice(0, 3).join(".");

/** What comes out when nothing is the matter. */
const ordinary: ReadonlySet<string> = new Set(["done", "moved", "accepted"]);

/** Attributes that tell what came out, as far as it was not the ordinary. */
const notes: Readonly<Record<string, (value: string) => string | undefined>> = {
  "waybill.state": (state) => state,
  "waybill.reason": (reason) => reason || undefined,
  "waybill.outcome": (outcome) => (ordinary.has(outcome) ? undefined : outcome),
  "waybill.batch.size": (size) => (size === "1" ? undefined : `in a batch of ${size}`),
  "http.response.status_code": (code) => code,
};

/** What is said at the end of a span's line: what came out, what was repeated, what went wrong. */
export function remarksOn({ attributes, events, failure }: ExportedSpan): string {
  const told = Object.entries(notes).flatMap(([key, note]) => {
    const value = attributes[key];
    return value === undefined ? [] : (note(String(value)) ?? []);
  });
  const wrong = failure === undefined ? [] : [`✗ ${beginning(failure)}`];
  return [...told, ...events.map(eventText), ...wrong].join(", ");
}

/** "retry (attempt 2, UNAVAILABLE)": the name, and its values where there are few. */
function eventText({ name, attributes }: SpanEvent): string {
  const values = Object.entries(attributes)
    .filter(([key]) => key !== "exception.stacktrace")
    .map(([key, value]) => `${key.split(".").at(-1)} ${beginning(String(value))}`);
  return values.length === 0 ? `⟲ ${name}` : `⟲ ${name} (${values.join(", ")})`;
}

const maxTextLength = 80;

/** Of the first line. */
function beginning(text: string): string {
  const [first = ""] = text.split("\n");
  return first.length > maxTextLength ? `${first.slice(0, maxTextLength - 1)}…` : first;
}

/** "8.9 ms", "454 ms", "5.23 s". */
export function duration(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  return ms < 1_000 ? `${ms.toFixed(0)} ms` : `${(ms / 1_000).toFixed(2)} s`;
}
