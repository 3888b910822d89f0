import { availableParallelism, cpus } from "node:os";
import { figure, table } from "@waybill/bench";
import { itemCount, linesPerOrder } from "../load.ts";
import type { PeersOptions } from "../options.ts";
import type { Ratio, Spread, Standing } from "./standings.ts";

const count = (number: number): string => number.toLocaleString("en-US");
const range = ({ min, max }: Spread): string => `${figure(min)} to ${figure(max)}`;
const times = ({ median }: Spread): string => `${figure(median)} ×`;

/** What is going to be compared. */
export const title = ({ rounds, load, names }: PeersOptions): string =>
  [
    `${names.join(", ")} in turn, ${rounds} ${rounds === 1 ? "round" : "rounds"}`,
    `${count(load.orders)} orders of ${linesPerOrder} lines, ${count(itemCount)} items, ${load.concurrency} at a time (closed loop)`,
    `Node ${process.versions.node} on ${availableParallelism()} × ${cpus()[0]?.model ?? "unknown"}; load generator and contender share the machine`,
  ].join("\n");

/** The figures as tables. */
export function tables(standings: readonly Standing[], ratios: readonly Ratio[]): string {
  const blocks = [figures(standings), ratios.length > 0 ? comparison(ratios) : []];
  return blocks
    .filter((lines) => lines.length > 0)
    .flatMap((lines) => ["", ...lines])
    .join("\n");
}

const figures = (standings: readonly Standing[]): readonly string[] =>
  table(
    [
      "contender",
      "orders/s",
      "range",
      "CPU ms/order",
      "range",
      "answer p50",
      "p99 ms",
      "DELIVERED p50",
      "p99 ms",
    ],
    standings.map((standing) => [
      standing.name,
      figure(standing.ordersPerSecond.median),
      range(standing.ordersPerSecond),
      figure(standing.cpuMsPerOrder.median),
      range(standing.cpuMsPerOrder),
      figure(standing.answer.p50),
      figure(standing.answer.p99),
      figure(standing.delivery.p50),
      figure(standing.delivery.p99),
    ]),
  );

const comparison = (ratios: readonly Ratio[]): readonly string[] =>
  table(
    ["Waybill beside", "orders/s", "range", "CPU/order", "range"],
    ratios.map(({ name, ordersPerSecond, cpuMsPerOrder }) => [
      name,
      times(ordersPerSecond),
      range(ordersPerSecond),
      times(cpuMsPerOrder),
      range(cpuMsPerOrder),
    ]),
  );
