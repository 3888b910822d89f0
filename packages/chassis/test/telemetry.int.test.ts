import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { exportersOf, serviceNameOf } from "../src/telemetry/telemetry.ts";

const preload = fileURLToPath(import.meta.resolve("@waybill/chassis/telemetry"));
const otlp = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318" };

/** Runs a script in a process with telemetry preloaded, and yields what it wrote. */
async function runTraced(script: string, env: NodeJS.ProcessEnv): Promise<string> {
  const source = `
    import { shutdownTelemetry } from "@waybill/chassis/telemetry";
    import { createLogger, serveMetrics, startTelemetry, traceparentOf, contextOf, tracer } from "@waybill/chassis";
    import { context, metrics, propagation, trace } from "@opentelemetry/api";
    ${script}
    await shutdownTelemetry();
    await shutdownTelemetry();`;
  const child = spawn(
    process.execPath,
    ["--import", preload, "--input-type=module", "--eval", source],
    {
      cwd: fileURLToPath(new URL("..", import.meta.url)),
      env: { PATH: process.env.PATH, ...env },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  expect(code).to.equal(0);
  return output.trim();
}

/** An OTLP/HTTP collector that keeps what it is sent. */
async function startCollector() {
  const received: { path: string; body: string }[] = [];
  const server = createServer(async (request, response) => {
    received.push({ path: request.url ?? "", body: await text(request) });
    response.setHeader("content-type", "application/json").end("{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    received,
    endpoint: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe("telemetry", () => {
  it("exports spans under the service's name, and flushes them at shutdown", async () => {
    await using collector = await startCollector();
    await runTraced(`tracer("test").startSpan("place order").end();`, {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_SERVICE_NAME: "order",
      OTEL_METRICS_EXPORTER: "none",
    });
    const traces = collector.received.filter(({ path }) => path === "/v1/traces");
    expect(traces).to.have.length(1);
    expect(traces[0]?.body).to.include('"place order"').and.to.include('{"stringValue":"order"}');
    expect(collector.received.filter(({ path }) => path === "/v1/logs")).to.deep.equal([]);
  });

  it("exports the log's lines, in their trace and without what is redacted", async () => {
    await using collector = await startCollector();
    const written = await runTraced(
      `const logger = createLogger("order", { level: "info", format: "json" });
       const of = contextOf("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
       context.with(of, () => logger.warn({ orderId: "o-1", password: "hunter2" }, "told"));`,
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
        OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
        OTEL_METRICS_EXPORTER: "none",
      },
    );
    const sent = collector.received.find(({ path }) => path === "/v1/logs")?.body ?? "";
    expect(sent).to.include('"told"').and.include('"o-1"').and.include('"WARN"'.toLowerCase());
    expect(sent).to.include("0af7651916cd43dd8448eb211c80319c");
    for (const text of [written, sent]) expect(text).to.include("***").and.not.include("hunter2");
  });

  it("samples as the standard variables say", async () => {
    const output = await runTraced(
      `console.log(tracer("test").startSpan("x").spanContext().traceFlags);`,
      { ...otlp, OTEL_TRACES_SAMPLER: "always_off", OTEL_METRICS_EXPORTER: "none" },
    );
    expect(output).to.equal("0");
  });

  it("passes trace context on, in process and out, when nothing is exported", async () => {
    const output = await runTraced(
      `const given = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
       const of = propagation.extract(context.active(), { traceparent: given });
       await context.with(of, async () => {
         await new Promise(setImmediate);
         const carrier = {};
         propagation.inject(context.active(), carrier);
         console.log(await startTelemetry(process.env), carrier.traceparent === given,
           traceparentOf() === given, traceparentOf(contextOf("")) === "");
       });`,
      {},
    );
    expect(output).to.equal("context only true true true");
  });

  const scrape = `
    metrics.getMeter("test").createCounter("orders.placed", { unit: "{order}" }).add(2);
    const server = await serveMetrics("127.0.0.1", 0);
    const answer = server && (await fetch("http://" + server.address + "/metrics"));
    console.log(answer ? await answer.text() : "nothing is served");
    if (answer) console.log((await fetch("http://" + server.address + "/")).status);
    await server?.[Symbol.asyncDispose]();`;

  it("serves what is measured to Prometheus, under its name", async () => {
    const output = await runTraced(scrape, { METRICS_PORT: "1", OTEL_SERVICE_NAME: "order" });
    expect(output)
      .to.match(/^orders_placed_total 2$/m)
      .and.match(/^process_memory_usage_bytes \d+$/m);
    expect(output)
      .to.match(/^target_info\{.*service_name="order"/m)
      .and.match(/\n404$/);
  });

  it("measures nothing, and serves nothing, without a port for it", async () => {
    expect(await runTraced(scrape, {})).to.equal("nothing is served");
  });

  it("sends metrics by OTLP and serves them, at once", async () => {
    await using collector = await startCollector();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, METRICS_PORT: "1" };
    const json = { OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" };
    expect(await runTraced(scrape, { ...env, ...json })).to.include("orders_placed_total 2");
    const sent = collector.received.find(({ path }) => path === "/v1/metrics");
    expect(sent?.body).to.include('"orders.placed"');
  });

  it("gives up flushing after a while when the collector is away", async function () {
    this.timeout(20_000);
    const output = await runTraced(
      `tracer("test").startSpan("x").end();
       const startedAt = performance.now();
       await shutdownTelemetry();
       console.log(performance.now() - startedAt < 4_000);
       process.exit();`,
      { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" },
    );
    expect(output).to.equal("true");
  });
});

describe("what is exported", () => {
  it("is nothing unless there is an endpoint for it, or an exporter is named", () => {
    const none = { traces: "none", metrics: "none", logs: "none" };
    expect(exportersOf({})).to.deep.equal(none);
    expect(exportersOf({ OTEL_TRACES_EXPORTER: "otlp" })).to.deep.equal(none);
    expect(exportersOf({ OTEL_TRACES_EXPORTER: "console" }).traces).to.equal("console");
    expect(exportersOf(otlp)).to.deep.equal({ traces: "otlp", metrics: "otlp", logs: "otlp" });
    expect(exportersOf({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://h/v1/traces" })).to.deep.equal(
      { ...none, traces: "otlp" },
    );
  });

  it("is nothing when the SDK is disabled", () => {
    const disabled = { ...otlp, OTEL_SDK_DISABLED: "true" };
    expect(Object.values(exportersOf(disabled))).to.deep.equal(["none", "none", "none"]);
  });
});

describe("the service's name", () => {
  const script = "/srv/waybill/services/order/src/main.ts";

  it("is that of its folder, unless the standard variables name it", () => {
    expect(serviceNameOf({}, script)).to.equal("order");
    expect(serviceNameOf({ OTEL_SERVICE_NAME: "order-eu" }, script)).to.equal("order-eu");
    expect(serviceNameOf({ OTEL_RESOURCE_ATTRIBUTES: "a=b,service.name=c" }, script)).to.be
      .undefined;
    expect(serviceNameOf({}, "/srv/tool.ts")).to.be.undefined;
  });
});
