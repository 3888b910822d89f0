import { createLatencies, type Latencies } from "../measure/latencies.ts";
import type { Arrivals } from "./arrivals.ts";
import { CallError } from "./callError.ts";
import { type Mix, mixOf } from "./mix.ts";
import type { OrderCaller } from "./orderCaller.ts";
import type { Orders } from "./orders.ts";
import type { Reads } from "./reads.ts";

/** Requests that were not answered as they should be, with one code. */
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

/** How requests are sent, beyond one order after the other. */
export interface Driving {
  /** Requests that read, mixed in as `mix` says. */
  readonly reads?: Reads;
  readonly mix?: Mix;
  /** Requests under way at most: beyond that one is not sent and counts as failed. Default: the arrivals' own bound. */
  readonly maxInFlight?: number;
  /** Told how long each acceptance took. */
  readonly onAccepted?: (ms: number) => void;
}

/** Places orders; a request that fails is counted, and not repeated. */
export async function drive(
  caller: OrderPlacer,
  orders: Orders,
  arrivals: Arrivals,
  signal: AbortSignal,
  driving: Driving = {},
): Promise<Driven> {
  const { mix = mixOf(0), reads, maxInFlight = Number.POSITIVE_INFINITY, onAccepted } = driving;
  const acceptance = createLatencies();
  const failures = new Map<string, Failures>();
  const acceptedIds: string[] = [];
  let inFlight = 0;
  const place = async (intendedAt: number) => {
    const { order } = await caller.createOrder(orders());
    const ms = performance.now() - intendedAt;
    acceptance.record(ms);
    onAccepted?.(ms);
    acceptedIds.push(order?.orderId ?? "");
  };
  const send = async (index: number, intendedAt: number) => {
    inFlight += 1;
    try {
      if (inFlight > maxInFlight) throw notSent(maxInFlight);
      await (mix.places(index) ? place(intendedAt) : reads?.send(acceptedIds, intendedAt));
    } catch (error) {
      countFailure(failures, error);
    } finally {
      inFlight -= 1;
    }
  };
  const startedAt = new Date();
  const start = performance.now();
  await arrivals(send, signal);
  const tookMs = performance.now() - start;
  return { startedAt, tookMs, acceptedIds, acceptance, failures: [...failures.values()] };
}

const notSent = (maxInFlight: number): CallError =>
  new CallError("not sent", `${maxInFlight} requests were under way already`);

/** Counts a request that was not answered as it should be; throws any other error. */
export function countFailure(failures: Map<string, Failures>, error: unknown): void {
  if (!(error instanceof CallError)) throw error;
  const known = failures.get(error.code);
  if (known === undefined)
    failures.set(error.code, { code: error.code, count: 1, example: error.message });
  else known.count += 1;
}
