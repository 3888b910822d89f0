import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { endpointOf } from "@waybill/otlp";

/** Takes spans and drops them, in a process of its own so that its cost is told apart. */
export interface SpanReceiver extends AsyncDisposable {
  readonly pid: number;
  /** What services need in their environment to send it this share of all traces. */
  environment(ratio: number): Readonly<Record<string, string>>;
}

/** Starts a receiver on a free port. */
export async function startSpanReceiver(): Promise<SpanReceiver> {
  const child = fork(join(import.meta.dirname, "receiver.ts"), { execArgv: [] });
  const ended = once(child, "exit");
  const failed = ended.then(() => {
    throw new Error("The receiver of spans ended before it served");
  });
  failed.catch(() => {});
  const [address] = (await Promise.race([once(child, "message"), failed])) as [string];
  return {
    pid: child.pid ?? 0,
    environment: (ratio) => ({
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpointOf(address, "traces"),
      OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
      OTEL_TRACES_SAMPLER_ARG: String(ratio),
    }),
    [Symbol.asyncDispose]: async () => {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
