import { readInteger } from "@waybill/bench";
import {
  helpOption,
  parseOptions,
  textOption as text,
  UsageError,
} from "@waybill/chassis/commandLine";
import type { Load } from "./contender.ts";

/** What to compare, and how much. */
export interface PeersOptions {
  /** How many turns each contender has. */
  readonly rounds: number;
  /** The same in every turn. */
  readonly load: Load;
  /** The contenders' names, in the order of their turns. */
  readonly names: readonly string[];
  /** Where to write the figures, as JSON; undefined: nowhere. */
  readonly jsonFile: string | undefined;
}

const defaults = { rounds: 3, orders: 2_000, concurrency: 64, warmUp: 1_000 } as const;

/** What `npm run bench:peers -- --help` prints. */
export const helpOf = (
  names: readonly string[],
): string => `Carries out the same orders with Waybill, with others and right on PostgreSQL, in turn and on this machine, and tells
how they compare.

npm run bench:peers -- [options]

  --rounds <n>       turns of each contender; default: ${defaults.rounds}
  --orders <n>       orders placed and measured in a turn; default: ${defaults.orders}
  --concurrency <n>  how many of them at a time (closed loop); default: ${defaults.concurrency}
  --warm-up <n>      orders placed before, and not measured; default: ${defaults.warmUp}
  --only <names>     some of ${names.join(", ")}, separated by commas; default: all
  --json <file>      writes the figures to this file, too
  --help             prints this

Exit code 0: every order was carried out, and all books add up. 1: not so. 2: the options make no sense.
`;

const options = {
  rounds: text,
  orders: text,
  concurrency: text,
  "warm-up": text,
  only: text,
  json: text,
  help: helpOption,
};

/** Reads the command line. Undefined: help is wanted. Throws UsageError. */
export function readPeersOptions(
  args: readonly string[],
  known: readonly string[],
): PeersOptions | undefined {
  const values = parseOptions(args, options);
  if (values.help) return undefined;
  const integer = (flag: string, text: string | undefined, standard: number, min = 1) =>
    readInteger(flag, text, standard, min, 1_000_000);
  return {
    rounds: integer("--rounds", values.rounds, defaults.rounds),
    load: {
      orders: integer("--orders", values.orders, defaults.orders),
      concurrency: integer("--concurrency", values.concurrency, defaults.concurrency),
      warmUp: integer("--warm-up", values["warm-up"], defaults.warmUp, 0),
    },
    names: readNames(values.only, known),
    jsonFile: values.json,
  };
}

function readNames(text: string | undefined, known: readonly string[]): readonly string[] {
  if (text === undefined) return known;
  const names = text.split(",").map((name) => name.trim());
  const [unknown] = names.filter((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new UsageError(`--only: "${unknown}" is none of ${known.join(", ")}`);
  return known.filter((name) => names.includes(name));
}
