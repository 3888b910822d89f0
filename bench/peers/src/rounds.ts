import { figure, type Say } from "@waybill/bench";
import type { Contender, Turn } from "./contender.ts";
import type { PeersOptions } from "./options.ts";
import { type Standing, standingOf } from "./report/standings.ts";

/** Gives each contender a turn in every round. Rejects with the signal's reason when it aborts; then nothing is left running. */
export async function compare(
  contenders: readonly Contender[],
  { rounds, load }: PeersOptions,
  say: Say,
  signal: AbortSignal,
): Promise<Standing[]> {
  const turns = new Map<Contender, Turn[]>(contenders.map((contender) => [contender, []]));
  for (let round = 1; round <= rounds; round++)
    for (const [contender, taken] of turns) {
      say(`Round ${round} of ${rounds}: ${contender.title}`);
      const turn = await contender.turn(load, { say, signal });
      say(
        `  ${figure(turn.ordersPerSecond)} orders/s, ${figure(turn.cpuMsPerOrder)} ms of CPU each`,
      );
      for (const problem of turn.problems) say(`  ${problem}`);
      taken.push(turn);
    }
  return [...turns].map(([contender, taken]) => standingOf(contender, taken));
}
