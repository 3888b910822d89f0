import { OrderState } from "@waybill/contracts/status";
import type { LoadOptions } from "../cli/arguments.ts";
import type { Ends } from "./ends.ts";
import type { Placed } from "./placeOrders.ts";

/** How long it took. Unit: ms. */
export interface Times {
  /** From the first request to the last answer. */
  readonly placingMs: number;
  /** From the first request to the last order's end. */
  readonly allMs: number;
}

const number = new Intl.NumberFormat("en");
const MAX_NAMED = 5;

/** What became of the orders, for people. */
export function formatSummary(
  options: LoadOptions,
  placed: Placed,
  ends: Ends,
  { placingMs, allMs }: Times,
): string {
  const ended = [...ends.ends];
  const delivered = ended.filter(({ state }) => state === OrderState.DELIVERED).length;
  const cancelled = ended.filter(({ state }) => state === OrderState.CANCELLED);
  const rate = (count: number, ms: number) =>
    `${number.format(Math.round((count * 1_000) / ms))}/s`;
  const lines = [
    [
      "accepted",
      placed.accepted,
      `of ${number.format(options.orders)}, ${rate(placed.accepted, placingMs)}`,
    ],
    ["delivered", delivered, rate(delivered, allMs)],
    ["cancelled", cancelled.length, listOf(countBy(cancelled.map(({ reason }) => reason)))],
    ["refused", sum(placed.refused), listOf(placed.refused)],
    ["under way", ends.openCount, named(ends.open)],
    ["repeated", placed.repeated, "requests that were not answered at first"],
    ["doubled", placed.doubled, doubling(placed)],
    ["too late", placed.tooLate, "cancels after the decision"],
  ] as const;
  const shown = lines.filter(([name, count]) => count > 0 || name === "delivered");
  const table = shown.map(
    ([name, count, more]) => `  ${name.padEnd(10)}${number.format(count).padStart(10)}  ${more}`,
  );
  const seconds = (allMs / 1_000).toFixed(1);
  return `\n${table.join("\n")}\n\n  in ${seconds} s, with seed ${options.seed} and ${options.concurrency} customers at a time`;
}

const doubling = ({ doubledWrongly }: Placed): string =>
  doubledWrongly === 0
    ? "requests sent twice at once, each one order"
    : `requests sent twice at once; ✘ ${doubledWrongly} BECAME TWO ORDERS`;

const sum = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((total, count) => total + count, 0);

function countBy(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

const listOf = (counts: ReadonlyMap<string, number>): string =>
  [...counts].map(([name, count]) => `${number.format(count)} ${name}`).join(", ");

const named = (ids: readonly string[]): string =>
  `${ids.slice(0, MAX_NAMED).join(", ")}${ids.length > MAX_NAMED ? ", …" : ""}`;
