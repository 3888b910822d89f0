import { availableParallelism, cpus } from "node:os";
import type { Percentiles } from "../measure/latencies.ts";
import type { BenchOptions } from "../options.ts";
import type { Report } from "./report.ts";
import { figure, table } from "./table.ts";

const count = (number: number): string => number.toLocaleString("en-US");

/** What is going to be measured. */
export function title(options: BenchOptions): string {
  const { orders, lines, items, baskets, concurrency, traceRatio } = options;
  const basket = baskets === "hot" ? "one of them in every order" : "all equally often";
  const tracing = traceRatio > 0 ? `${traceRatio * 100} % traced` : "tracing off";
  return [
    `${count(orders)} orders of ${lines} ${lines === 1 ? "line" : "lines"}, ${count(items)} items (${basket}), ${concurrency} at a time (closed loop), ${tracing}`,
    `Node ${process.versions.node} on ${availableParallelism()} × ${cpus()[0]?.model ?? "unknown"}; load generator and stack share the machine`,
  ].join("\n");
}

/** The figures as tables. */
export function tables(report: Report): string {
  const blocks = [throughput(report), latencies(report), resources(report), troubles(report)];
  return blocks
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

function latencies({ acceptance, delivery }: Report): readonly string[] {
  const row = (name: string, { p50, p95, p99, p999, max }: Percentiles) => [
    name,
    ...[p50, p95, p99, p999, max].map(figure),
  ];
  return table(
    ["latency in ms", "p50", "p95", "p99", "p99.9", "max"],
    [row("acceptance", acceptance), row("acceptance to DELIVERED", delivery)],
  );
}

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
