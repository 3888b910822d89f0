import {
  flagOption as flag,
  helpOption,
  parseOptions,
  textOption as text,
} from "@waybill/chassis/commandLine";
import { readInteger } from "../optionReaders.ts";

/** What to compare, and how. */
export interface GatewayOptions {
  /** How many requests at a time; each is a comparison of its own. */
  readonly concurrencies: readonly number[];
  /** How often each way is measured, in turn with the others. */
  readonly rounds: number;
  /** How long each time. */
  readonly seconds: number;
  /** How many orders are there to be read. */
  readonly orders: number;
  /** Where to write the figures, as JSON; undefined: nowhere. */
  readonly jsonFile: string | undefined;
  /** Leaves the stack's data where it is. */
  readonly keep: boolean;
}

const defaults = { rounds: 4, seconds: 2, orders: 4_000, concurrencies: [1, 64] } as const;

/** What `npm run bench:gateway -- --help` prints. */
export const help = `Measures what the gateway adds: starts a stack of its own in a temporary folder, with no cancellation window and no
limits at the gateway, and reads and places orders in turn over gRPC (GetOrder, CreateOrder) and over HTTP through the gateway
(GET /api/orders/{orderId}, POST /api/orders), from one process, again and again; then has the doctor look at the result.

npm run bench:gateway -- [options]

  --concurrency <n>     how many requests at a time (closed loop); may be repeated; default: ${defaults.concurrencies.join(" and ")}
  --rounds <n>          how often each way is measured, in turn; default: ${defaults.rounds}
  --seconds <n>         how long each time; default: ${defaults.seconds}
  --orders <n>          orders to be read; more than are read in a second, or some come from the cache; default: ${defaults.orders}
  --json <file>         writes the figures to this file, too
  --keep                keeps the stack's data and logs, and tells where
  --help                prints this

Exit code 0: every request was answered and every order ended, and the doctor is content. 1: not so. 2: the options make no sense.
`;

/** Reads the command line. Undefined: help is wanted. Throws UsageError. */
export function readGatewayOptions(args: readonly string[]): GatewayOptions | undefined {
  const values = parseOptions(args, {
    concurrency: { ...text, multiple: true },
    rounds: text,
    seconds: text,
    orders: text,
    json: text,
    keep: flag,
    help: helpOption,
  });
  if (values.help) return undefined;
  const concurrencies = values.concurrency?.map((text) =>
    readInteger("--concurrency", text, 1, 1, 1_024),
  );
  return {
    concurrencies: concurrencies ?? defaults.concurrencies,
    rounds: readInteger("--rounds", values.rounds, defaults.rounds, 1, 1_000),
    seconds: readInteger("--seconds", values.seconds, defaults.seconds, 1, 600),
    orders: readInteger("--orders", values.orders, defaults.orders, 1, 1_000_000),
    jsonFile: values.json,
    keep: values.keep ?? false,
  };
}
