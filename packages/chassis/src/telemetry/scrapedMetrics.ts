import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import { MetricReader } from "@opentelemetry/sdk-metrics";
import { underPrometheusNames } from "./metricNames.ts";
import { openMetricsType, takesOpenMetrics, toOpenMetrics } from "./openMetrics.ts";
import type { MetricsServer } from "./serveMetrics.ts";

/** Gauges that ask a database or NATS and get no answer are left out, and do not hold up the rest. Unit: ms. */
const collectWithinMs = 2_000;

const serializer = new PrometheusSerializer(undefined, false, undefined, false, true);

/** The metrics of this process for whoever asks. Nothing is collected before. */
export class ScrapedMetrics extends MetricReader {
  /** All metrics, in Prometheus's text format. */
  async text(): Promise<string> {
    const { resourceMetrics } = await this.collect({ timeoutMillis: collectWithinMs });
    return `${serializer.serialize(underPrometheusNames(resourceMetrics)).trimEnd()}\n`;
  }

  protected override async onForceFlush(): Promise<void> {}

  protected override async onShutdown(): Promise<void> {}
}

/** Answers GET /metrics. Rejects when the address cannot be bound. It keeps no process alive. */
export async function serveScrapes(
  metrics: Pick<ScrapedMetrics, "text">,
  host: string,
  port: number,
): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    const isOpen = takesOpenMetrics(request.headers.accept ?? "");
    if (request.url?.split("?", 1)[0] === "/metrics") void answer(metrics, isOpen, response);
    else response.writeHead(404).end();
  });
  server.listen(port, host).unref();
  try {
    await once(server, "listening");
  } catch (cause) {
    throw new Error(`Cannot serve metrics on ${host}:${port} (METRICS_PORT)`, { cause });
  }
  return {
    address: `${host}:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const plainType = "text/plain; version=0.0.4; charset=utf-8";

async function answer(
  metrics: Pick<ScrapedMetrics, "text">,
  isOpen: boolean,
  response: ServerResponse,
): Promise<void> {
  try {
    const text = await metrics.text();
    response
      .setHeader("content-type", isOpen ? openMetricsType : plainType)
      .end(isOpen ? toOpenMetrics(text) : text);
  } catch {
    response.writeHead(503).end(); // It is being shut down.
  }
}
