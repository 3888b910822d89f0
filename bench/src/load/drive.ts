import { createLatencies, type Latencies } from "../measure/latencies.ts";
import type { Arrivals } from "./arrivals.ts";
import { CallError } from "./callError.ts";
import type { OrderCaller } from "./orderCaller.ts";
import type { Orders } from "./orders.ts";

/** Requests that were not accepted, with one code. */
export interface Failures {
  readonly code: string;
  count: number;
  /** What the first one of them was told. */
  readonly example: string;
}

/** What became of the requests. */
export interface Driven {
  readonly startedAt: Date;
  /** From the first request to the last answer. */
  readonly tookMs: number;
  /** The orders that were accepted: what was acknowledged must not be lost. */
  readonly acceptedIds: readonly string[];
  /** From when a request was to be sent until its order was accepted. */
  readonly acceptance: Latencies;
  readonly failures: readonly Failures[];
}

/** What places orders. */
export type OrderPlacer = Pick<OrderCaller, "createOrder">;

/** Places orders; a request that fails is counted, and not repeated. */
export async function drive(
  caller: OrderPlacer,
  orders: Orders,
  arrivals: Arrivals,
  signal: AbortSignal,
): Promise<Driven> {
  const acceptance = createLatencies();
  const failures = new Map<string, Failures>();
  const acceptedIds: string[] = [];
  const send = async (index: number, intendedAt: number) => {
    try {
      const { order } = await caller.createOrder(orders(index));
      acceptance.record(performance.now() - intendedAt);
      acceptedIds.push(order?.orderId ?? "");
    } catch (error) {
      countFailure(failures, error);
    }
  };
  const startedAt = new Date();
  const start = performance.now();
  await arrivals(send, signal);
  const tookMs = performance.now() - start;
  return { startedAt, tookMs, acceptedIds, acceptance, failures: [...failures.values()] };
}

/** Counts a request that was not answered as it should be; throws any other error. */
export function countFailure(failures: Map<string, Failures>, error: unknown): void {
  if (!(error instanceof CallError)) throw error;
  const known = failures.get(error.code);
  if (known === undefined)
    failures.set(error.code, { code: error.code, count: 1, example: error.message });
  else known.count += 1;
}
