import type { ConsumerFacts, PartFacts } from "./observation.ts";
import type { Series } from "./series.ts";
import { acceptanceTarget, accepting, troublesOf } from "./troubles.ts";
import { lasting, megabytes, percent, perSecond } from "./words.ts";

/** A line, and how it is to be shown. */
export interface Line {
  readonly text: string;
  readonly tone: "plain" | "title" | "bad" | "good";
}

/** Between columns. */
const gap = "  ";

const plain = (text: string): Line => ({ text, tone: "plain" });
const title = (text: string): Line => ({ text, tone: "title" });

/** What is shown of a stack: orders, waiting work, services, consumers, and what is wrong. */
export function frameOf(series: Series, where: string): readonly Line[] {
  const { parts, at } = series.last;
  const serving = parts.filter(({ health }) => health === "serving").length;
  const time = new Date(at).toLocaleTimeString("en-GB");
  const window = `rates and percentiles of the last ${series.duration.toFixed(0)} s`;
  return [
    title(`Waybill  ${time}  ${serving} of ${parts.length} processes serve  ${where}  ${window}`),
    plain(""),
    ...ordersOf(series),
    plain(""),
    ...table(serviceColumns(series), parts),
    plain(""),
    ...table(consumerColumns(at), series.last.messaging?.consumers ?? []),
    plain(""),
    ...troubles(series),
  ];
}

function troubles(series: Series): Line[] {
  const found = troublesOf(series);
  if (found.length === 0) return [{ text: "✔ nothing is wrong", tone: "good" }];
  return found.map((text) => ({ text: `✗ ${text}`, tone: "bad" }));
}

function ordersOf(series: Series): Line[] {
  const placed = (outcome: RegExp) =>
    perSecond(series.rate({ metric: "waybill_orders_placed_total", labels: { outcome } }));
  const reached = (to: string) =>
    perSecond(series.rate({ metric: "waybill_orders_transitions_total", labels: { to } }));
  const delivery = { metric: "waybill_order_delivery_duration_seconds" };
  const p99 = series.quantile(0.99, accepting);
  const open = series.largestBy("state", { metric: "waybill_orders_open" });
  const waiting = series.largestBy("step", { metric: "waybill_workflow_processes" });
  const stuck = series.largestBy("step", { metric: "waybill_workflow_stuck" });
  const dead = series.last.messaging?.deadLetters;
  return [
    plain(
      `orders/s   placed ${placed(/^(accepted|deferred)$/)}${gap}refused ${placed(/^refused$/)}${gap}delivered ${reached("DELIVERED")}${gap}cancelled ${reached("CANCELLED")}`,
    ),
    plain(
      `accepted   p50 ${lasting(series.quantile(0.5, accepting))}${gap}p99 ${lasting(p99)} (promised: ${lasting(acceptanceTarget)})${gap}delivered after: p50 ${lasting(series.quantile(0.5, delivery))}${gap}p99 ${lasting(series.quantile(0.99, delivery))}`,
    ),
    plain(`open       ${pairs(open)}`),
    plain(`waiting    ${pairs(waiting)}`),
    plain(`stuck      ${sum(stuck)}${gap}dead letters ${dead ?? "–"}`),
  ];
}

const pairs = (values: ReadonlyMap<string, number>): string =>
  values.size === 0 ? "–" : [...values].map(([name, value]) => `${name} ${value}`).join(gap);

const sum = (values: ReadonlyMap<string, number>): string =>
  values.size === 0 ? "–" : String([...values.values()].reduce((total, value) => total + value, 0));

/** A column: its head, and what each row has in it. The first is aligned to the left. */
type Column<Row> = readonly [head: string, cell: (row: Row) => string];

const serviceColumns = (series: Series): readonly Column<PartFacts>[] => {
  const value = (metric: string, { part }: PartFacts) => series.values({ metric, part })[0]?.value;
  const call = { metric: "rpc_server_call_duration_seconds" };
  const request = { metric: "http_server_request_duration_seconds" };
  const of = ({ part, service }: PartFacts) => ({
    ...(service === "gateway" ? request : call),
    part,
  });
  const calls = (row: PartFacts, labels: Record<string, RegExp> = {}) => {
    const { metric, part } = of(row);
    return series.rate({ metric: `${metric}_count`, part, labels });
  };
  return [
    ["service", ({ part }) => part],
    ["state", ({ health }) => health],
    ["calls/s", (row) => perSecond(calls(row))],
    [
      "faults/s",
      (row) => perSecond(calls(row, row.service === "gateway" ? httpFaults : rpcFaults)),
    ],
    ["p50", (row) => lasting(series.quantile(0.5, of(row)))],
    ["p99", (row) => lasting(series.quantile(0.99, of(row)))],
    ["loop p99", (row) => lasting(value("nodejs_eventloop_delay_p99_seconds", row))],
    ["CPU", ({ part }) => percent(series.rate({ metric: "process_cpu_time_seconds_total", part }))],
    ["memory", (row) => megabytes(value("process_memory_usage_bytes", row))],
    ["database", (row) => connections(series, row)],
    ["queued", (row) => total(series, "waybill_batch_queue", row)],
  ];
};

/** What tells of a fault rather than of an ordinary refusal. */
const rpcFaults = {
  rpc_status_code:
    /^(UNKNOWN|DEADLINE_EXCEEDED|UNIMPLEMENTED|INTERNAL|UNAVAILABLE|DATA_LOSS|RESOURCE_EXHAUSTED)$/,
};
const httpFaults = { http_response_status_code: /^5/ };

/** Connections in use, of those that there may be. */
function connections(series: Series, { part }: PartFacts): string {
  const labels = { db_client_connection_state: "used" };
  const used = series.values({ metric: "db_client_connection_open", labels, part });
  const max = series.values({ metric: "db_client_connection_limit", part });
  const add = (samples: typeof used) => samples.reduce((n, { value }) => n + value, 0);
  return max.length === 0 ? "–" : `${add(used)}/${add(max)}`;
}

function total(series: Series, metric: string, { part }: PartFacts): string {
  const samples = series.values({ metric, part });
  return samples.length === 0 ? "–" : String(samples.reduce((n, { value }) => n + value, 0));
}

const consumerColumns = (now: number): readonly Column<ConsumerFacts>[] => [
  ["consumer", ({ durable, stream }) => `${durable} (${stream})`],
  ["pending", ({ pending }) => String(pending)],
  ["unsettled", ({ unsettled }) => String(unsettled)],
  ["redelivered", ({ redelivered }) => String(redelivered)],
  ["oldest", ({ oldestAt }) => lasting(oldestAt === undefined ? 0 : (now - oldestAt) / 1_000)],
  ["readers", ({ readers, isPaused }) => (isPaused ? "paused" : String(readers))],
];

function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Line[] {
  const heads = columns.map(([head]) => head);
  const cells = rows.map((row) => columns.map(([, cell]) => cell(row)));
  const widths = heads.map((head, index) =>
    Math.max(head.length, ...cells.map((row) => row[index]?.length ?? 0)),
  );
  const written = (row: readonly string[]) =>
    row
      .map((cell, index) =>
        index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0),
      )
      .join(gap);
  return [title(written(heads)), ...cells.map((row) => plain(written(row)))];
}
