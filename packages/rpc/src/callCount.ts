import { metrics } from "@opentelemetry/api";

const calls = metrics.getMeter("waybill.rpc").createCounter("waybill.rpc.calls", {
  description: "Calls that a server took, by RPC; a batch counts once.",
  unit: "{call}",
});

/** Counts a call of this path; costs nothing unless metrics are exported. Health checks and reflection do not count. */
export function countCall(path: string): void {
  if (!path.startsWith("/grpc.")) calls.add(1, { "waybill.rpc": path.slice(1) });
}
