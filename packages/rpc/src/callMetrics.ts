import { type Attributes, metrics, trace } from "@opentelemetry/api";
import { Status } from "nice-grpc-common";

const meter = metrics.getMeter("waybill.rpc");

/** From a call between two processes on one machine to the longest deadline; 0.25 s is what accepting an order is promised in. Unit: s. */
const explicitBucketBoundaries = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
];

const durations = {
  server: meter.createHistogram("rpc.server.call.duration", {
    description: "Time from the arrival of a call until its answer, by method and status.",
    unit: "s",
    advice: { explicitBucketBoundaries },
  }),
  client: meter.createHistogram("rpc.client.call.duration", {
    description: "Time that a call took its caller, with all its attempts, by method and status.",
    unit: "s",
    advice: { explicitBucketBoundaries },
  }),
};

const retries = meter.createCounter("waybill.rpc.retries", {
  description: "Attempts of calls after the first one, by callee.",
  unit: "{attempt}",
});
const timeouts = meter.createCounter("waybill.rpc.timeouts", {
  description: "Attempts of calls that were not answered in time, by callee.",
  unit: "{attempt}",
});
const rejections = meter.createCounter("waybill.rpc.rejections", {
  description: "Calls that were not made: the breaker is open, or too many are under way.",
  unit: "{call}",
});
const fallbacks = meter.createCounter("waybill.rpc.fallbacks", {
  description: "What was answered or done otherwise since a callee is away, by callee.",
  unit: "{element}",
});

/** The attributes of each method and status: made once, since calls are many. */
const attributes = new Map<string, Attributes>();

function attributesOf(path: string, code: Status, callee: string | undefined): Attributes {
  const key = `${path} ${code} ${callee}`;
  let known = attributes.get(key);
  if (known === undefined) {
    known = {
      "rpc.method": path.slice(1),
      "rpc.status_code": Status[code] ?? String(code),
      "rpc.system.name": "grpc",
      ...(callee === undefined ? {} : { "server.address": callee }),
    };
    attributes.set(key, known);
  }
  return known;
}

/** Health checks and reflection come by the second and tell nothing about an order. */
const isMeasured = (path: string): boolean => !path.startsWith("/grpc.");

/** Records a call that a server took. `since`: its beginning, by performance.now(). */
export function recordServed(path: string, code: Status, since: number): void {
  if (!isMeasured(path)) return;
  durations.server.record((performance.now() - since) / 1_000, attributesOf(path, code, undefined));
}

/** Records a call that this process made. `since`: its beginning, by performance.now(). */
export function recordCalled(path: string, code: Status, callee: string, since: number): void {
  durations.client.record((performance.now() - since) / 1_000, attributesOf(path, code, callee));
}

export const countRetry = (callee: string): void => retries.add(1, { callee });

export const countTimeout = (callee: string): void => timeouts.add(1, { callee });

export const countRejection = (callee: string, by: "breaker" | "bulkhead"): void =>
  rejections.add(1, { callee, by });

/** Counts, and tells in the active span, what a caller did instead of what the callee would have: `fallback` names it, such as "defer". */
export function countFallback(callee: string, fallback: string, elements = 1): void {
  fallbacks.add(elements, { callee, fallback });
  trace
    .getActiveSpan()
    ?.addEvent("fallback", { "waybill.callee": callee, "waybill.fallback": fallback });
}
