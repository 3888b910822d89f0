/**
 * Runs as a process of its own: takes what is exported over OTLP/HTTP. Spans are dropped; of metrics it keeps the latest, and answers
 * every message of its parent with them. Ends with its parent.
 */
import { receiveOtlp } from "@waybill/otlp";
import { type ExportedMetrics, type Exporter, exportersIn } from "./otlp.ts";

/** By the process that exports: cumulative, so that the latest is all there is to know. */
const exporters = new Map<string, Exporter>();

const receiver = await receiveOtlp({
  metrics: (body) => keep(JSON.parse(body.toString()) as ExportedMetrics),
});

function keep(exported: ExportedMetrics): void {
  for (const exporter of exportersIn(exported)) exporters.set(exporter.id, exporter);
}

process.send?.(receiver.address);
process.on("message", () => process.send?.([...exporters.values()]));
process.on("disconnect", () => process.exit());
process.on("SIGINT", () => {}); // Ctrl-C reaches the whole group; what is buffered is still to be received.
