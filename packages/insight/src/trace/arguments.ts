import {
  flagOption,
  helpOption,
  parseCommandLine,
  textOption,
  UsageError,
} from "@waybill/chassis/commandLine";
import { defaultDataDir } from "@waybill/stack";
import { readOrderId } from "../readOrderId.ts";

/** What `npm run trace -- --help` prints. */
export const help = `Draws what an order has been through: who worked on it, when, for how long, what was repeated, and when nobody did.

npm run trace -- <order id> [options]

  --batches             also the calls and transactions of the batches that the order was in, with others
  --json                the spans themselves
  --data-dir <folder>   the running stack's data folder; default: .waybill
  --help                prints this

The stack keeps the latest 100,000 spans, in memory. Exit code: 0 drawn, 1 there is nothing to draw, 2 not understood.
`;

export interface Arguments {
  readonly orderId: string;
  readonly dataDir: string;
  readonly batches: boolean;
  readonly json: boolean;
}

const options = {
  "data-dir": textOption,
  batches: flagOption,
  json: flagOption,
  help: helpOption,
} as const;

/** Reads the command line. Undefined: help is wanted. Throws UsageError. */
export function readArguments(args: readonly string[]): Arguments | undefined {
  const { values, positionals } = parseCommandLine(args, options);
  if (values.help) return undefined;
  const [orderId, ...more] = positionals;
  if (orderId === undefined || more.length > 0)
    throw new UsageError("Name one order: npm run trace -- <order id>");
  const { "data-dir": dataDir = defaultDataDir, batches = false, json = false } = values;
  return { orderId: readOrderId("order id", orderId), dataDir, batches, json };
}
