import { availableParallelism, cpus } from "node:os";
import type { BasketKind } from "../load/baskets.ts";
import type { Percentiles } from "../measure/latencies.ts";
import type { SoakPoint } from "../measure/soak.ts";
import type { BenchOptions } from "../options.ts";
import { batchTable, costTable } from "./costTables.ts";
import type { Report } from "./report.ts";
import { figure, table } from "./table.ts";

const count = (number: number): string => number.toLocaleString("en-US");

/** What is going to be measured. */
export function title(options: BenchOptions): string {
  const { orders, durationMs, lines, items, traceRatio, readShare, windowMs, preload } = options;
  const extent = durationMs === undefined ? count(orders) : `${durationMs / 1_000} s of`;
  const also = [
    ...(readShare > 0 ? [`${readShare * 100} % of the requests read`] : []),
    ...(windowMs > 0 ? [`cancellation window ${windowMs / 1_000} s`] : []),
    ...(preload > 0 ? [`${count(preload)} finished orders before`] : []),
    traceRatio > 0 ? `${traceRatio * 100} % traced` : "tracing off",
  ];
  return [
    `${extent} orders of ${lines} ${lines === 1 ? "line" : "lines"}, ${count(items)} items (${spread[options.baskets]}), ${pace(options)}`,
    also.join(", "),
    `Node ${process.versions.node} on ${availableParallelism()} × ${cpus()[0]?.model ?? "unknown"}; load generator and stack share the machine`,
  ].join("\n");
}

const spread: Readonly<Record<BasketKind, string>> = {
  uniform: "all equally often",
  zipf: "few most often: Zipf",
  hot: "one of them in every order",
};

const pace = ({ rate, concurrency }: BenchOptions): string =>
  rate === undefined
    ? `${concurrency} at a time (closed loop)`
    : `${count(rate)} requests/s (open loop)`;

/** One line about an interval of a long run. */
export function soakLine({ acceptedPerSecond, p50, p99, megabytes }: SoakPoint): string {
  const parts = Object.entries(megabytes).map(([part, mb]) => `${part} ${mb}`);
  return `${figure(acceptedPerSecond)} accepted/s, p50 ${figure(p50)} ms, p99 ${figure(p99)} ms; MB: ${parts.join(", ")}`;
}

/** The figures as tables. */
export function tables(report: Report): string {
  const { perOrder, batches } = report;
  const blocks = [throughput(report), latencies(report), resources(report)];
  return [...blocks, costTable(perOrder), batchTable(batches), troubles(report)]
    .filter((lines) => lines.length > 0)
    .flatMap((lines) => ["", ...lines])
    .join("\n");
}

function throughput(report: Report): readonly string[] {
  const row = (name: string, orders: number, seconds: number, perSecond: number) => [
    name,
    count(orders),
    figure(seconds),
    figure(perSecond),
  ];
  return table(
    ["throughput", "orders", "in s", "orders/s"],
    [
      row("accepted", report.accepted, report.acceptSeconds, report.acceptedPerSecond),
      row("delivered", report.delivered, report.deliverSeconds, report.deliveredPerSecond),
    ],
  );
}

function latencies({ acceptance, delivery, reads, listing }: Report): readonly string[] {
  const rows: [string, Percentiles | undefined][] = [
    ["acceptance", acceptance],
    ["acceptance to DELIVERED", delivery],
    ["GetOrder", reads?.getOrder],
    ["ListOrders", reads?.listOrders],
    ["page of a user's orders, alone", listing?.byUser],
    ["page of DELIVERED orders, alone", listing?.byState],
  ];
  return table(
    ["latency in ms", "p50", "p95", "p99", "p99.9", "max"],
    rows.flatMap(([name, measured]) => (measured === undefined ? [] : [row(name, measured)])),
  );
}

const row = (name: string, { p50, p95, p99, p999, max }: Percentiles): string[] => [
  name,
  ...[p50, p95, p99, p999, max].map(figure),
];

function resources({ processes, cpuMsPerOrder, peakMegabytes }: Report): readonly string[] {
  if (cpuMsPerOrder === 0)
    return ["CPU and memory per process are read from /proc, which this system has not."];
  const share = (cpu: number) => `${Math.round((cpu / cpuMsPerOrder) * 100)} %`;
  const rows = processes.map(({ part, cpuSecondsPerThousandOrders: cpu, peakMegabytes: peak }) => [
    part,
    cpu.toFixed(3),
    share(cpu),
    count(Math.round(peak)),
  ]);
  const total = ["all", cpuMsPerOrder.toFixed(3), "100 %", count(Math.round(peakMegabytes))];
  const heads = ["process", "CPU s per 1,000 orders", "share", "peak MB"];
  return [
    ...table(heads, [...rows, total]),
    "The code that processes of one program share counts once in the memory of all.",
  ];
}

function troubles({ failures, cancelled, unfinished, incidents }: Report): readonly string[] {
  const lines = failures.map(
    ({ code, count: times, example }) => `${count(times)} requests failed: ${code}, ${example}`,
  );
  if (cancelled > 0) lines.push(`${count(cancelled)} orders were cancelled`);
  if (unfinished > 0) lines.push(`${count(unfinished)} accepted orders have not ended`);
  return [...lines, ...incidents];
}
