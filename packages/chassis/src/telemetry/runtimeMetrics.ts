import { type MeterProvider, metrics } from "@opentelemetry/api";
import { RuntimeNodeInstrumentation } from "@opentelemetry/instrumentation-runtime-node";
import chassis from "../../package.json" with { type: "json" };

/** How finely the delay of the event loop is looked at: a timer's resolution, in ms. Finer costs CPU in every process. */
const monitoringPrecision = 20;

/** Measures the process itself: event loop, garbage collection, memory, CPU time, and what was built. */
export function observeRuntime(provider: MeterProvider = metrics.getMeterProvider()): Disposable {
  const runtime = new RuntimeNodeInstrumentation({ monitoringPrecision });
  runtime.setMeterProvider(provider);
  observeProcess(provider);
  return { [Symbol.dispose]: () => runtime.disable() };
}

/** What the library leaves out. */
function observeProcess(provider: MeterProvider): void {
  const meter = provider.getMeter("waybill.chassis");
  meter
    .createObservableUpDownCounter("process.memory.usage", {
      description: "Physical memory in use by the process.",
      unit: "By",
    })
    .addCallback((result) => result.observe(process.memoryUsage.rss()));
  meter
    .createObservableCounter("process.cpu.time", {
      description: "CPU seconds that the process has used, by mode.",
      unit: "s",
    })
    .addCallback((result) => {
      const { user, system } = process.cpuUsage();
      result.observe(user / 1e6, { "cpu.mode": "user" });
      result.observe(system / 1e6, { "cpu.mode": "system" });
    });
  meter
    .createObservableGauge("waybill.build.info", {
      description: "Always 1; its labels tell the version of Waybill and of Node.",
    })
    .addCallback((result) =>
      result.observe(1, { "service.version": chassis.version, "node.version": process.version }),
    );
}
