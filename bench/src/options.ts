import {
  flagOption as flag,
  helpOption,
  parseOptions,
  readChoice,
  textOption as text,
  UsageError,
} from "@waybill/chassis/commandLine";
import { readReplicas, type StackOptions } from "@waybill/stack";
import { type BasketKind, basketKinds, maxLinesPerOrder } from "./load/baskets.ts";
import { readDuration, readInteger, readShare } from "./optionReaders.ts";

/** What to measure, and how. */
export interface BenchOptions {
  /** How many orders are placed and measured, unless a duration is given. */
  readonly orders: number;
  /** How long orders are placed instead. Unit: ms. */
  readonly durationMs: number | undefined;
  /** How many requests are under way at a time, each sent when the one before is answered: the closed loop. */
  readonly concurrency: number;
  /** Requests per second, sent whether others are answered or not: the open loop. Undefined: the closed one. */
  readonly rate: number | undefined;
  /** In the open loop, requests under way at most; what comes beyond that is not sent and counts as failed. */
  readonly maxInFlight: number;
  /** The share of requests that read orders instead of placing them, 0 to below 1. */
  readonly readShare: number;
  /** How many orders are placed before, to warm up; not measured. */
  readonly warmUp: number;
  /** How many finished orders the store holds before. */
  readonly preload: number;
  /** The size of the catalogue. */
  readonly items: number;
  /** Lines per order, each of another item. */
  readonly lines: number;
  readonly baskets: BasketKind;
  /** How long an order can be cancelled. Unit: ms. */
  readonly windowMs: number;
  /** The share of orders that are traced, 0 to 1; 0: nothing is traced or exported. */
  readonly traceRatio: number;
  readonly replicas: StackOptions["replicas"];
  /** Where to write the figures, as JSON; undefined: nowhere. */
  readonly jsonFile: string | undefined;
  /** Leaves the stack's data where it is. */
  readonly keep: boolean;
}

const defaults = {
  orders: 5_000,
  concurrency: 64,
  maxInFlight: 2_000,
  warmUp: 1_000,
  items: 1_000,
  lines: 2,
  traceRatio: 0.05,
} as const;

const maxDurationMs = 24 * 3_600_000;
const maxWindowMs = 600_000;
/** So that some requests place orders. */
const maxReadShare = 0.99;

/** What `npm run bench -- --help` prints. */
export const help = `Measures Waybill on this machine: starts a stack of its own in a temporary folder, as npm start
runs it except for the cancellation window and the share of traces, places orders over gRPC, waits until all are DELIVERED or CANCELLED, tells what it
took, and has the doctor look at the result.

npm run bench -- [options]

  --orders <n>          how many orders are placed and measured; default: ${defaults.orders}
  --duration <time>     places orders for so long instead (500ms, 30s, 15m), and tells every 10 s how it goes
  --concurrency <n>     closed loop: how many requests at a time; default: ${defaults.concurrency}
  --rate <n>            open loop instead: requests per second, at random times (Poisson), answered or not;
                        latency counts from when a request should have been sent
  --max-in-flight <n>   open loop: beyond so many, a request is not sent and counts as failed; default: ${defaults.maxInFlight}
  --reads <0..${maxReadShare}>      the share of requests that are GetOrder and ListOrders; default: 0
  --warm-up <n>         orders placed before, and not measured; default: ${defaults.warmUp}
  --preload <n>         finished orders in the store before; also measures ListOrders; default: 0
  --items <n>           items in the catalogue; default: ${defaults.items}
  --lines <n>           lines per order, each of another item; default: ${defaults.lines}
  --baskets <kind>      ${basketKinds.join(", ")}: all items equally often, few of them most often, or one in every order; default: uniform
  --window <time>       how long an order can be cancelled: 0, 2s; default: 0
  --trace-ratio <0..1>  the share of orders that are traced; default: ${defaults.traceRatio}.
  --replicas <n>        processes of each service, or of some: order=2,status=2; default: 1
  --json <file>         writes the figures to this file, too
  --keep                keeps the stack's data and logs, and tells where
  --help                prints this

Exit code 0: every request was answered, every order ended, and the doctor is content. 1: not so. 2: the options make no sense.
`;

/** Reads the command line. Undefined: help is wanted. Throws UsageError. */
export function readOptions(args: readonly string[]): BenchOptions | undefined {
  const values = parse(args);
  return values.help ? undefined : optionsOf(values);
}

/** What is measured unless options say otherwise. */
export const usualOptions = (): BenchOptions => optionsOf(parse([]));

function optionsOf(values: ReturnType<typeof parse>): BenchOptions {
  const items = readInteger("--items", values.items, defaults.items, 1, 100_000);
  const lines = readInteger("--lines", values.lines, defaults.lines, 1, maxLinesPerOrder);
  if (lines > items) throw new UsageError(`--lines: ${lines} is more than there are items`);
  return {
    ...loadOptions(values),
    warmUp: readInteger("--warm-up", values["warm-up"], defaults.warmUp, 0, 1_000_000),
    preload: readInteger("--preload", values.preload, 0, 0, 100_000_000),
    items,
    lines,
    baskets: readChoice("--baskets", values.baskets ?? "uniform", basketKinds),
    windowMs: readDuration("--window", values.window, 0, maxWindowMs) ?? 0,
    traceRatio: readShare("--trace-ratio", values["trace-ratio"], defaults.traceRatio, 1),
    replicas: readReplicas("--replicas", values.replicas ?? "1"),
    jsonFile: values.json,
    keep: values.keep ?? false,
  };
}

function loadOptions(values: ReturnType<typeof parse>) {
  const { rate } = values;
  if (values.duration !== undefined && values.orders !== undefined)
    throw new UsageError("--duration: either that or --orders");
  if (rate !== undefined && values.concurrency !== undefined)
    throw new UsageError("--rate: either that or --concurrency");
  const { orders, concurrency, maxInFlight } = defaults;
  return {
    orders: readInteger("--orders", values.orders, orders, 1, 10_000_000),
    durationMs: readDuration("--duration", values.duration, 1, maxDurationMs),
    concurrency: readInteger("--concurrency", values.concurrency, concurrency, 1, 4_096),
    rate: rate === undefined ? undefined : readInteger("--rate", rate, 1, 1, 100_000),
    maxInFlight: readInteger("--max-in-flight", values["max-in-flight"], maxInFlight, 1, 100_000),
    readShare: readShare("--reads", values.reads, 0, maxReadShare),
  };
}

const parse = (args: readonly string[]) =>
  parseOptions(args, {
    orders: text,
    duration: text,
    concurrency: text,
    rate: text,
    "max-in-flight": text,
    reads: text,
    "warm-up": text,
    preload: text,
    items: text,
    lines: text,
    baskets: text,
    window: text,
    "trace-ratio": text,
    replicas: text,
    json: text,
    keep: flag,
    help: helpOption,
  });
