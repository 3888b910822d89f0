import { setTimeout as delay } from "node:timers/promises";
import { diagnose } from "@waybill/doctor";
import { type Bench, openBench, place, placeToWarmUp } from "../bench.ts";
import type { Say } from "../command.ts";
import { closedLoop } from "../load/arrivals.ts";
import { type Costs, costsBetween } from "../measure/costs.ts";
import type { BenchOptions } from "../options.ts";
import { leastOf, type Measures, measuresOf, type Stretch } from "./measures.ts";

const concurrency = 64;
/** Long enough for all that services do every few seconds. */
const idleMs = 10_000;

const betweenReadingsMs = 2_000;
const maxReadings = 15;

/** What was counted, and whether the orders can be counted on. */
export interface GuardOutcome {
  readonly measures: Measures;
  /** Why these figures are good for nothing. */
  readonly troubles: readonly string[];
}

export interface GuardLoad {
  readonly rounds: number;
  /** Orders per round. */
  readonly orders: number;
}

/** Counts what orders cost. Rejects with the signal's reason when it aborts; then nothing is left running. */
export async function runGuard(
  load: GuardLoad,
  options: BenchOptions,
  say: Say,
  signal: AbortSignal,
): Promise<GuardOutcome> {
  await using bench = await openBench(options, say, signal);
  await placeToWarmUp(bench, options.warmUp);
  say("Counting what services do without orders");
  const idle = await stretch(bench, () => delay(idleMs, undefined, { signal }));
  const measures: Measures[] = [];
  const troubles: string[] = [];
  for (let round = 1; round <= load.rounds; round++) {
    say(`Placing ${load.orders} orders (round ${round} of ${load.rounds})`);
    const counted = await stretch(bench, async () => {
      const arrivals = closedLoop({ requests: load.orders }, concurrency);
      const { failures } = await place(bench, arrivals);
      troubles.push(...failures.map(({ code, count }) => `${count} requests failed: ${code}`));
    });
    measures.push(measuresOf(counted, idle, load.orders));
  }
  say("Asking the doctor");
  const { healthy } = await diagnose({ dataDir: bench.running.stack.dataDir });
  if (!healthy) troubles.push("The doctor is not content: npm run bench tells more");
  troubles.push(...bench.running.incidents);
  return { measures: leastOf(measures), troubles };
}

/** Counts what the stack does meanwhile, and until it has come to rest. */
async function stretch(bench: Bench, work: () => Promise<unknown>): Promise<Stretch> {
  const before = await costsAtRest(bench);
  const start = performance.now();
  await work();
  const after = await costsAtRest(bench);
  const seconds = (performance.now() - start) / 1_000;
  return { costs: costsBetween(before, after), seconds };
}

/** Customers are still notified when their orders have ended; without work, services write nothing. */
async function costsAtRest({ running, signal }: Bench): Promise<Costs> {
  let costs = await running.costs.read();
  for (let reading = 1; reading < maxReadings; reading++) {
    const { commits } = costs;
    await delay(betweenReadingsMs, undefined, { signal });
    costs = await running.costs.read();
    if (costs.commits === commits) break;
  }
  return costs;
}
