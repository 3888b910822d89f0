import { createLogger, type Logger } from "@waybill/chassis";
import { type Diagnosis, diagnose } from "@waybill/doctor";
import { stackIssuer } from "@waybill/stack";
import { type BenchStack, startBenchStack } from "./benchStack.ts";
import type { Say } from "./command.ts";
import { type Arrivals, closedLoop, openLoop } from "./load/arrivals.ts";
import { baskets } from "./load/baskets.ts";
import { type Driven, type Driving, drive } from "./load/drive.ts";
import { mixOf } from "./load/mix.ts";
import { type OrderCaller, orderCaller } from "./load/orderCaller.ts";
import { ordersOf } from "./load/orders.ts";
import { populate } from "./load/population.ts";
import { preload } from "./load/preload.ts";
import { seededRandom } from "./load/random.ts";
import { readsBy } from "./load/reads.ts";
import { costsBetween } from "./measure/costs.ts";
import { measureListing } from "./measure/listing.ts";
import { type Statuses, statusesAt } from "./measure/settling.ts";
import { watchSoak } from "./measure/soak.ts";
import { readUsage, usedBetween } from "./measure/usage.ts";
import type { BenchOptions } from "./options.ts";
import { soakLine } from "./report/printing.ts";
import { type Report, reportOf } from "./report/report.ts";

/** Any number; the same one always, so that runs place the same orders. */
const seed = 20_261_120;

/** Longer than any run. */
const tokenLifetimeMs = 24 * 3_600_000;

/** Of the orders that are placed to warm up. */
const warmUpConcurrency = 64;

/** What came out of a run. */
export interface Outcome {
  readonly report: Report;
  readonly diagnosis: Diagnosis;
  /** Where the data is, when it was to be kept. */
  readonly keptIn: string | undefined;
}

/** Runs the benchmark; say is told what begins. Rejects with the signal's reason when it aborts; then nothing is left running. */
export async function runBench(
  options: BenchOptions,
  say: Say,
  signal: AbortSignal,
): Promise<Outcome> {
  await using bench = await openBench(options, say, signal);
  const { stack } = bench.running;
  const warmUp = await placeToWarmUp(bench, options.warmUp);
  const { report, driven } = await measure(bench);
  say("Asking the doctor");
  const diagnosis = await diagnose({
    dataDir: stack.dataDir,
    acknowledged: [...warmUp.acceptedIds, ...driven.acceptedIds],
  });
  return { report, diagnosis, keptIn: options.keep ? stack.dataDir : undefined };
}

/** A stack that orders can be placed on, and what places them. */
export interface Bench extends AsyncDisposable {
  readonly options: BenchOptions;
  readonly running: BenchStack;
  readonly caller: OrderCaller;
  readonly statuses: Statuses;
  readonly logger: Logger;
  readonly say: Say;
  readonly signal: AbortSignal;
}

/** Starts a stack and fills it. Disposing stops it. */
export async function openBench(
  options: BenchOptions,
  say: Say,
  signal: AbortSignal,
): Promise<Bench> {
  await using cleanUp = new AsyncDisposableStack();
  const logger = createLogger("bench", { level: "warn", format: "pretty" });
  say("Starting a stack");
  const env = { CANCELLATION_WINDOW: String(options.windowMs) };
  const running = cleanUp.use(await startBenchStack({ ...options, env }, signal));
  const { stack } = running;
  say(`Filling the catalogue with ${options.items} items`);
  await populate(stack, options.items, logger, signal);
  if (options.preload > 0) await preload(stack, options, say, signal);
  const token = await (await stackIssuer(stack.dataDir)).serviceToken("bench", tokenLifetimeMs);
  const caller = cleanUp.use(orderCaller(stack.addresses("order"), token));
  const statuses = cleanUp.use(statusesAt(stack.addresses("status"), token, logger));
  const owned = cleanUp.move();
  const close = () => owned.disposeAsync();
  return { options, running, caller, statuses, logger, say, signal, [Symbol.asyncDispose]: close };
}

export function placeToWarmUp(bench: Bench, requests: number): Promise<Driven> {
  bench.say(`Placing ${requests} orders to warm up`);
  return place(bench, closedLoop({ requests }, warmUpConcurrency));
}

async function measure(bench: Bench): Promise<{ report: Report; driven: Driven }> {
  const { options, running, caller, statuses, say, signal } = bench;
  const isPreloaded = options.preload > 0;
  if (isPreloaded) say("Listing orders");
  const listing = isPreloaded ? await measureListing(caller, signal) : undefined;
  const costsBefore = await running.costs.read();
  const before = readUsage(running.measured());
  say(`Placing ${options.durationMs === undefined ? options.orders : "the"} orders that count`);
  const reads = readsBy(caller, seededRandom(seed + 1));
  const mix = mixOf(options.readShare);
  const maxInFlight = options.rate === undefined ? undefined : options.maxInFlight;
  using soak =
    options.durationMs === undefined
      ? undefined
      : watchSoak(
          () => running.measured(),
          (point) => say(soakLine(point)),
        );
  const onAccepted = (ms: number) => soak?.accepted(ms);
  const driving = { reads, mix, onAccepted, ...(maxInFlight && { maxInFlight }) };
  const driven = await place(bench, arrivalsOf(options), driving);
  const used = usedBetween(before, readUsage(running.measured()));
  const costs = costsBetween(costsBefore, await running.costs.read());
  const settled = await statuses.read(driven.startedAt, signal);
  const { incidents } = running;
  const also = { listing, reads, soak: soak?.points ?? [] };
  return {
    report: reportOf({ options, driven, settled, used, costs, incidents, ...also }),
    driven,
  };
}

function arrivalsOf(options: BenchOptions): Arrivals {
  const { durationMs, orders, readShare, rate, concurrency } = options;
  const requests = mixOf(readShare).requestsFor(orders);
  const extent = durationMs === undefined ? { requests } : { durationMs };
  if (rate === undefined) return closedLoop(extent, concurrency);
  return openLoop(extent, rate, seededRandom(seed + 2));
}

/** Places orders as they arrive, and waits until all have ended. */
export async function place(
  bench: Bench,
  arrivals: Arrivals,
  driving: Driving = {},
): Promise<Driven> {
  const { options, caller, statuses, say, signal } = bench;
  const { items, lines } = options;
  const random = seededRandom(seed);
  const orders = ordersOf(baskets(options.baskets, { items, lines, random }), random);
  const driven = await drive(caller, orders, arrivals, signal, driving);
  say("Waiting until all have ended");
  await statuses.untilSettled(signal);
  return driven;
}
