import { parseArgs } from "node:util";
import { type BasketKind, maxLinesPerOrder } from "./load/baskets.ts";

/** What to measure, and how. */
export interface BenchOptions {
  /** How many orders are placed and measured. */
  readonly orders: number;
  /** How many of them are under way at a time, each sent when the one before is answered. */
  readonly concurrency: number;
  /** How many orders are placed before, to warm up; not measured. */
  readonly warmUp: number;
  /** The size of the catalogue. */
  readonly items: number;
  /** Lines per order, each of another item. */
  readonly lines: number;
  readonly baskets: BasketKind;
  /** The share of orders that are traced, 0 to 1; 0: nothing is traced or exported. */
  readonly traceRatio: number;
  /** Where to write the figures, as JSON; undefined: nowhere. */
  readonly jsonFile: string | undefined;
  /** Leaves the stack's data where it is. */
  readonly keep: boolean;
}

const defaults = { orders: 5_000, concurrency: 64, warmUp: 1_000, items: 1_000, lines: 2 } as const;

/** What `npm run bench -- --help` prints. */
export const help = `Measures Waybill on this machine: starts a stack of its own in a temporary folder, exactly as npm start
runs it except that orders have no cancellation window, places orders over gRPC, waits until all are DELIVERED or CANCELLED,
tells what it took, and has the doctor look at the result.

npm run bench -- [options]

  --orders <n>          how many orders are placed and measured; default: ${defaults.orders}
  --concurrency <n>     how many of them at a time (closed loop); default: ${defaults.concurrency}
  --warm-up <n>         orders placed before, and not measured; default: ${defaults.warmUp}
  --items <n>           items in the catalogue; default: ${defaults.items}
  --lines <n>           lines per order, each of another item; default: ${defaults.lines}
  --hot                 every order has one and the same item on its first line
  --trace-ratio <0..1>  the share of orders that are traced; the spans go to a receiver that drops them; default: 0
  --json <file>         writes the figures to this file, too
  --keep                keeps the stack's data and logs, and tells where
  --help                prints this

Exit code 0: every order was accepted and ended, and the doctor is content. 1: not so. 2: the options make no sense.
`;

/** The command line cannot be understood; the message says what and where. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Reads the command line. Undefined: help is wanted. Throws UsageError. */
export function readOptions(args: readonly string[]): BenchOptions | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  const items = readInteger("--items", values.items, defaults.items, 1, 100_000);
  const lines = readInteger("--lines", values.lines, defaults.lines, 1, maxLinesPerOrder);
  if (lines > items) throw new UsageError(`--lines: ${lines} is more than there are items`);
  return {
    orders: readInteger("--orders", values.orders, defaults.orders, 1, 10_000_000),
    concurrency: readInteger("--concurrency", values.concurrency, defaults.concurrency, 1, 4_096),
    warmUp: readInteger("--warm-up", values["warm-up"], defaults.warmUp, 0, 1_000_000),
    items,
    lines,
    baskets: values.hot ? "hot" : "uniform",
    traceRatio: readShare("--trace-ratio", values["trace-ratio"]),
    jsonFile: values.json,
    keep: values.keep ?? false,
  };
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        orders: text,
        concurrency: text,
        "warm-up": text,
        items: text,
        lines: text,
        hot: flag,
        "trace-ratio": text,
        json: text,
        keep: flag,
        help: { ...flag, short: "h" },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

/** The number that a flag gives, or the standard one. Throws UsageError when it is none of min to max. */
export function readInteger(
  flag: string,
  text: string | undefined,
  standard: number,
  min: number,
  max: number,
): number {
  if (text === undefined) return standard;
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= min && number <= max) return number;
  throw new UsageError(`${flag}: "${text}" is not a number from ${min} to ${max}`);
}

function readShare(flag: string, text: string | undefined): number {
  if (text === undefined) return 0;
  const share = Number(text);
  if (text.trim() !== "" && share >= 0 && share <= 1) return share;
  throw new UsageError(`${flag}: "${text}" is not a number from 0 to 1`);
}
