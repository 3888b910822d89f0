/**
 * Runs as a process of its own: takes what is exported over OTLP/HTTP. Spans are dropped; of metrics it keeps the latest, and answers
 * every message of its parent with them. Ends with its parent.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { type ExportedMetrics, type Exporter, exportersIn } from "./otlp.ts";

/** By the process that exports: cumulative, so that the latest is all there is to know. */
const exporters = new Map<string, Exporter>();

const server = createServer(async (request, response) => {
  if (request.url === "/v1/metrics") keep((await json(request)) as ExportedMetrics);
  else for await (const _ of request); // Read, and dropped.
  response.writeHead(200, { "content-type": "application/json" }).end("{}");
});

function keep(exported: ExportedMetrics): void {
  for (const exporter of exportersIn(exported)) exporters.set(exporter.id, exporter);
}

server.listen(0, "127.0.0.1", () => {
  process.send?.((server.address() as AddressInfo).port);
});
process.on("message", () => process.send?.([...exporters.values()]));
process.on("disconnect", () => process.exit());
process.on("SIGINT", () => {}); // Ctrl-C reaches the whole group; what is buffered is still to be received.
