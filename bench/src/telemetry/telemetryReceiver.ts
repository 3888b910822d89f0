import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { endpointOf, type Signal } from "@waybill/otlp";
import { type Counted, type Exporter, totalOf } from "./otlp.ts";

/** Rare enough to cost little: a few ms of CPU in all of the services together. */
const exportIntervalMs = 2_000;
/** Processes that have ended export no more: they are not waited for any longer. */
const freshWithinMs = 3 * exportIntervalMs;
const pollMs = 100;

/** A receiver of spans and metrics, in a process of its own so that its cost is told apart. */
export interface TelemetryReceiver extends AsyncDisposable {
  readonly pid: number;
  /** What services need in their environment to send it this share of all traces, and their metrics. */
  environment(ratio: number): Readonly<Record<string, string>>;
  /** What all services have counted up to now; waits for their next export. */
  counted(signal: AbortSignal): Promise<readonly Counted[]>;
  /** The same, of each process by itself, those included that have ended. */
  countedByProcess(signal: AbortSignal): Promise<readonly Exporter[]>;
}

/** Starts a receiver on a free port. */
export async function startTelemetryReceiver(): Promise<TelemetryReceiver> {
  const child = fork(join(import.meta.dirname, "receiver.ts"), { execArgv: [] });
  const ended = once(child, "exit");
  const failed = ended.then(() => {
    throw new Error("The receiver of spans ended before it served");
  });
  failed.catch(() => {});
  const answer = async () =>
    ((await Promise.race([once(child, "message"), failed])) as unknown[])[0];
  const address = (await answer()) as string;
  const latest = () => {
    child.send("latest");
    return answer() as Promise<readonly Exporter[]>;
  };
  const endpoint = (signal: Signal) => endpointOf(address, signal);
  return {
    pid: child.pid ?? 0,
    environment: (ratio) => ({
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint("traces"),
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: endpoint("metrics"),
      OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: "http/json",
      OTEL_METRIC_EXPORT_INTERVAL: String(exportIntervalMs),
      OTEL_METRIC_EXPORT_TIMEOUT: String(exportIntervalMs),
      OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
      OTEL_TRACES_SAMPLER_ARG: String(ratio),
    }),
    counted: async (signal) => totalOf(await freshCounts(latest, signal)),
    countedByProcess: (signal) => freshCounts(latest, signal),
    [Symbol.asyncDispose]: async () => {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

/** The counts once every process has exported what it counted until now. */
async function freshCounts(
  latest: () => Promise<readonly Exporter[]>,
  signal: AbortSignal,
): Promise<readonly Exporter[]> {
  const since = Date.now();
  while (true) {
    const exporters = await latest();
    const isFresh = exporters.length > 0 && exporters.every(({ at }) => at > since);
    if (isFresh || Date.now() > since + freshWithinMs) return exporters;
    await delay(pollMs, undefined, { signal });
  }
}
