import { type Attributes, type Logger, logs, SeverityNumber } from "@opentelemetry/api";
import type { DestinationStream } from "pino";

let exporting = false;

/** Told by telemetry when log records are sent somewhere. */
export function exportLogs(): void {
  exporting = true;
}

const severities: Readonly<Record<string, SeverityNumber>> = {
  trace: SeverityNumber.TRACE,
  debug: SeverityNumber.DEBUG,
  info: SeverityNumber.INFO,
  warn: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
  fatal: SeverityNumber.FATAL,
};

/**
 * Where lines go that are written and, when log records are exported, sent as such too. They are sent as they were written, with what is
 * redacted, and within the span that was active then. Reading a line again costs some µs, for lines that are few.
 */
export function alsoExported(written: DestinationStream): DestinationStream {
  if (!exporting) return written;
  const logger = logs.getLogger("waybill.log");
  return {
    write: (line) => {
      written.write(line);
      emit(logger, line);
    },
  };
}

function emit(logger: Logger, line: string): void {
  const { level, time, msg, ...about } = JSON.parse(line) as Record<string, unknown>;
  // The service is the resource's, and the ids are the record's own.
  const { service: _service, trace_id: _trace, span_id: _span, ...attributes } = about;
  logger.emit({
    timestamp: new Date(String(time)),
    severityNumber: severities[String(level)] ?? SeverityNumber.UNSPECIFIED,
    severityText: String(level),
    body: String(msg ?? ""),
    attributes: attributes as Attributes,
  });
}
