import { createRequire } from "node:module";
import { isSpanContextValid, trace } from "@opentelemetry/api";
import { type DestinationStream, type Logger, pino, stdSerializers, stdTimeFunctions } from "pino";
import { alsoExported } from "./telemetry/exportedLogs.ts";

export type { Logger } from "pino";

/** What is kept of lines that cannot be written; later ones are dropped. */
const maxUnwrittenBytes = 1024 * 1024;

/** What is not to be read in any log, should somebody log a whole request: at the top of a line, and one level below. */
const secrets = [
  ...["password", "newPassword", "token", "accessToken", "refreshToken", "authorization", "cookie"],
  ...["secret", "email", "paymentMethod", "shipTo"],
];
const secretPaths = secrets.flatMap((name) => [name, `*.${name}`]);

export interface LoggerOptions {
  /** The least level that is written, for example "info". */
  readonly level: string;
  /** "json": one object per line, for machines. "pretty": for people at a terminal. */
  readonly format: "json" | "pretty";
}

/**
 * A logger to standard output. Each line has the service's name, and the trace and span ids when a
 * span is active. Errors are logged under the key `error` (or `err`) with their stack and causes.
 * Lines are written at once, so that none is lost when the process exits. Where they cannot be, on a full disk, nothing else fails:
 * what comes first is kept, up to a limit, and written when there is room.
 */
export function createLogger(
  name: string,
  { level, format }: LoggerOptions,
  destination?: DestinationStream,
): Logger {
  return pino(
    {
      level,
      base: { service: name },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: stdSerializers.err, error: stdSerializers.err },
      mixin: activeTrace,
      redact: { paths: secretPaths, censor: "***" },
    },
    destination ?? alsoExported(format === "pretty" ? prettyStream() : standardOutput()),
  );
}

function activeTrace(): object {
  const span = trace.getActiveSpan()?.spanContext();
  if (span === undefined || !isSpanContextValid(span)) return {};
  return { trace_id: span.traceId, span_id: span.spanId };
}

function standardOutput(): DestinationStream {
  const output = pino.destination({ fd: 1, sync: true, maxLength: maxUnwrittenBytes });
  output.on("error", () => {}); // It would be thrown into the midst of what is being logged.
  return output;
}

/** Loaded only when wanted: it would add a third to what a process takes to load its logger. */
function prettyStream(): DestinationStream {
  const require = createRequire(import.meta.url);
  const { PinoPretty } = require("pino-pretty") as typeof import("pino-pretty");
  return PinoPretty({
    destination: standardOutput(),
    ignore: "pid,hostname",
    translateTime: "SYS:HH:MM:ss.l",
  });
}
