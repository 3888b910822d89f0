import { closedLoop, createLatencies, type Measured, readUsage, usedBetween } from "@waybill/bench";
import type { Conduct, Load, Peer, Quantiles, Turn } from "./contender.ts";
import { audit, readBooks } from "./facts/books.ts";
import type { PlacedOrder } from "./facts/order.ts";
import { type Ground, prepareGround } from "./ground.ts";
import { ordersFor, sumOf } from "./load.ts";

/** Starts a peer whose tables are made, and whose catalogue is filled. */
export type StartPeer = (ground: Ground, signal: AbortSignal) => Promise<Peer>;

/** So many orders are placed once more at the end: that must change nothing. */
const repetitions = 10;

/** A turn of a contender other than Waybill. */
export const peerTurn =
  (start: StartPeer) =>
  async (load: Load, { say, signal }: Conduct): Promise<Turn> => {
    say("  starting");
    await using ground = await prepareGround();
    await using peer = await start(ground, signal);
    const [warmUp, orders] = [ordersFor(load.warmUp), ordersFor(load.orders)];
    const warm = await drive(peer, warmUp, load.concurrency, signal);
    say(`  placing ${load.orders} orders`);
    const parts: Measured[] = [
      { part: "load generator", pid: process.pid, alone: true },
      { part: "postgres", pid: ground.postgres.pid },
      ...peer.processes,
    ];
    const before = readUsage(parts);
    const driven = await drive(peer, orders, load.concurrency, signal);
    const used = usedBetween(before, readUsage(parts));
    const again = await drive(peer, orders.slice(0, repetitions), 1, signal);
    const problems = [warm, driven, again].flatMap((phase) => phase.problems);
    const wrong = audit(await readBooks(peer.databases), sumOf([...warmUp, ...orders]));
    return turnOf(load, driven, used, [...problems, ...wrong]);
  };

interface Driven {
  readonly seconds: number;
  readonly latency: Quantiles;
  readonly problems: readonly string[];
}

async function drive(
  peer: Peer,
  orders: readonly PlacedOrder[],
  concurrency: number,
  signal: AbortSignal,
): Promise<Driven> {
  const latencies = createLatencies();
  const failures: string[] = [];
  const send = async (index: number, intendedAt: number) => {
    try {
      await peer.place(orders[index] as PlacedOrder);
      latencies.record(performance.now() - intendedAt);
    } catch (error) {
      failures.push((error as Error).message);
    }
  };
  const startedAt = performance.now();
  await closedLoop({ requests: orders.length }, concurrency)(send, signal);
  const seconds = (performance.now() - startedAt) / 1_000;
  const [first] = failures;
  const problems = first === undefined ? [] : [`${failures.length} orders failed: ${first}`];
  return { seconds, latency: latencies.percentiles(), problems };
}

function turnOf(
  { orders }: Load,
  { seconds, latency: { p50, p99 } }: Driven,
  used: ReturnType<typeof usedBetween>,
  problems: readonly string[],
): Turn {
  const parts = used.map(({ part, cpuSeconds }) => [part, (cpuSeconds * 1_000) / orders] as const);
  return {
    ordersPerSecond: orders / seconds,
    cpuMsPerOrder: parts.reduce((sum, [, cpuMs]) => sum + cpuMs, 0),
    cpuMsPerOrderByPart: Object.fromEntries(parts),
    answer: { p50, p99 },
    delivery: { p50, p99 },
    problems,
  };
}
