import { createLogger } from "@waybill/chassis";
import { type Diagnosis, diagnose } from "@waybill/doctor";
import { type Stack, stackIssuer } from "@waybill/stack";
import { type BenchStack, startBenchStack } from "../benchStack.ts";
import type { Say } from "../command.ts";
import { closedLoop } from "../load/arrivals.ts";
import { baskets } from "../load/baskets.ts";
import { doorCaller } from "../load/doorCaller.ts";
import { drive } from "../load/drive.ts";
import { type OrderCaller, orderCaller } from "../load/orderCaller.ts";
import { type Orders, ordersOf } from "../load/orders.ts";
import { populate } from "../load/population.ts";
import { seededRandom } from "../load/random.ts";
import { type Statuses, statusesAt } from "../measure/settling.ts";
import { readUsage, usedBetween } from "../measure/usage.ts";
import type { GatewayOptions } from "./gatewayOptions.ts";
import { type GatewayReport, gatewayReportOf } from "./gatewayReport.ts";
import { cpuOf, nothingMeasured, sendAll } from "./measured.ts";
import { type Comparison, comparisons, type Way } from "./ways.ts";

const seed = 20_261_120;
const items = 100;
const lines = 2;
/** Of the orders that are placed beforehand. */
const placingConcurrency = 64;
/** Each way is used for so long before it is measured. */
const warmUpMs = 1_000;
/** Longer than any run. */
const tokenLifetimeMs = 24 * 3_600_000;

/** The gateway's cost is wanted, not its limits: one client asks all the time, of a machine that is late. */
const noLimits = {
  RATE_LIMIT_ADDRESS: "0",
  RATE_LIMIT_IDENTITY: "0",
  MAX_EVENT_LOOP_DELAY: "0",
};

export interface GatewayOutcome {
  readonly report: GatewayReport;
  readonly diagnosis: Diagnosis;
  /** Where the data is, when it was to be kept. */
  readonly keptIn: string | undefined;
}

interface Bench {
  readonly options: GatewayOptions;
  readonly running: BenchStack;
  readonly statuses: Statuses;
  readonly say: Say;
  readonly signal: AbortSignal;
}

/** Compares the gateway with gRPC. Rejects with the signal's reason when it aborts; then nothing is left running. */
export async function runGatewayBench(
  options: GatewayOptions,
  say: Say,
  signal: AbortSignal,
): Promise<GatewayOutcome> {
  const logger = createLogger("bench", { level: "warn", format: "pretty" });
  say("Starting a stack");
  await using running = await startBenchStack({ keep: options.keep, env: noLimits }, signal);
  const { stack } = running;
  await populate(stack, items, logger, signal);
  const token = await (await stackIssuer(stack.dataDir)).serviceToken("bench", tokenLifetimeMs);
  using rpc = orderCaller(stack.addresses("order"), token);
  using door = doorCaller(stack.address("gateway"), token, Math.max(...options.concurrencies));
  await using statuses = statusesAt(stack.addresses("status"), token, logger);
  const bench: Bench = { options, running, statuses, say, signal };
  const placed = await placeOrders(bench, rpc);
  const compared = comparisons({ rpc, door, orderIds: [...placed], orders: someOrders, placed });
  const report = await measure(bench, compared);
  say("Asking the doctor");
  const diagnosis = await diagnose({ dataDir: stack.dataDir, acknowledged: placed });
  return { report, diagnosis, keptIn: keptIn(options, stack) };
}

const keptIn = ({ keep }: GatewayOptions, { dataDir }: Stack) => (keep ? dataDir : undefined);

function someOrders(): Orders {
  const random = seededRandom(seed);
  return ordersOf(baskets("uniform", { items, lines, random }), random);
}

/** Places the orders that are going to be read; answers their ids. */
async function placeOrders(bench: Bench, rpc: OrderCaller): Promise<string[]> {
  const { options, statuses, say, signal } = bench;
  say(`Placing ${options.orders} orders to be read`);
  const arrivals = closedLoop({ requests: options.orders }, placingConcurrency);
  const { acceptedIds, failures } = await drive(rpc, someOrders(), arrivals, signal);
  const [failed] = failures;
  if (failed !== undefined) throw new Error(`An order was refused: ${failed.example}`);
  await statuses.untilSettled(signal);
  return [...acceptedIds];
}

/** Measures the ways of every comparison in turn, round by round. */
async function measure(bench: Bench, compared: readonly Comparison[]): Promise<GatewayReport> {
  const { options, running, say } = bench;
  const figures = [];
  for (const { what, ways } of compared)
    for (const concurrency of options.concurrencies) {
      say(`${what}, ${concurrency} at a time`);
      const measured = ways.map((way) => ({ way, measured: nothingMeasured() }));
      for (const { way } of measured) await useFor(bench, way, concurrency, warmUpMs);
      for (let round = 0; round < options.rounds; round++)
        for (const { way, measured: seen } of measured)
          seen.rounds.push(await useFor(bench, way, concurrency, options.seconds * 1_000, seen));
      figures.push({ what, concurrency, measured });
    }
  return gatewayReportOf(options, figures, running.incidents);
}

/** Uses one way for a while, and waits until what it caused has been done. */
async function useFor(
  { running, statuses, signal }: Bench,
  way: Way,
  concurrency: number,
  durationMs: number,
  seen = nothingMeasured(),
) {
  const before = readUsage(running.measured());
  const arrivals = closedLoop({ durationMs }, concurrency);
  const sent = await sendAll(way.send, arrivals, seen, signal);
  const answered = readUsage(running.measured());
  if (way.isWrite) await statuses.untilSettled(signal);
  const done = way.isWrite ? readUsage(running.measured()) : answered;
  return { ...sent, cpu: cpuOf(usedBetween(before, answered), usedBetween(before, done)) };
}
