import { createLogger, type Logger } from "@waybill/chassis";
import { type Diagnosis, diagnose } from "@waybill/doctor";
import { stackIssuer } from "@waybill/stack";
import { type BenchStack, startBenchStack } from "./benchStack.ts";
import { closedLoop } from "./load/arrivals.ts";
import { baskets } from "./load/baskets.ts";
import { type Driven, drive } from "./load/drive.ts";
import { type OrderCaller, orderCaller } from "./load/orderCaller.ts";
import { ordersOf } from "./load/orders.ts";
import { populate } from "./load/population.ts";
import { seededRandom } from "./load/random.ts";
import { type Statuses, statusesAt } from "./measure/settling.ts";
import { readUsage, usedBetween } from "./measure/usage.ts";
import type { BenchOptions } from "./options.ts";
import { type Report, reportOf } from "./report/report.ts";

/** Any number; the same one always, so that runs place the same orders. */
const seed = 20_261_120;

/** Longer than any run. */
const tokenLifetimeMs = 24 * 3_600_000;

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
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<Outcome> {
  const logger = createLogger("bench", { level: "warn", format: "pretty" });
  say("Starting a stack");
  await using running = await startBenchStack(options, signal);
  const { stack } = running;
  say(`Filling the catalogue with ${options.items} items`);
  await populate(stack, options.items, logger, signal);
  const token = await (await stackIssuer(stack.dataDir)).serviceToken("bench", tokenLifetimeMs);
  using caller = orderCaller(stack.addresses("order"), token);
  await using statuses = statusesAt(stack.addresses("status"), token, logger);
  const bench: Bench = { options, running, caller, statuses, logger, say, signal };
  const warmUp = await place(bench, "warm-up", options.warmUp);
  const { report, driven } = await measure(bench);
  say("Asking the doctor");
  const diagnosis = await diagnose({
    dataDir: stack.dataDir,
    acknowledged: [...warmUp.acceptedIds, ...driven.acceptedIds],
  });
  return { report, diagnosis, keptIn: options.keep ? stack.dataDir : undefined };
}

interface Bench {
  readonly options: BenchOptions;
  readonly running: BenchStack;
  readonly caller: OrderCaller;
  readonly statuses: Statuses;
  readonly logger: Logger;
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

async function measure(bench: Bench): Promise<{ report: Report; driven: Driven }> {
  const { options, running, statuses, signal } = bench;
  const before = readUsage(running.measured());
  const driven = await place(bench, "measured", options.orders);
  const after = readUsage(running.measured());
  const settled = await statuses.read(driven.startedAt, signal);
  const used = usedBetween(before, after);
  const { incidents } = running;
  return { report: reportOf({ options, driven, settled, used, incidents }), driven };
}

/** Places so many orders and waits until all have ended. */
async function place(bench: Bench, phase: string, count: number): Promise<Driven> {
  const { options, caller, statuses, say, signal } = bench;
  const { items, lines, concurrency } = options;
  const random = seededRandom(seed);
  const orders = ordersOf(phase, baskets(options.baskets, { items, lines, random }), random);
  say(`Placing ${count} orders (${phase})`);
  const driven = await drive(caller, orders, closedLoop(count, concurrency), signal);
  say("Waiting until all have ended");
  await statuses.untilSettled(signal);
  return driven;
}
