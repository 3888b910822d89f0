import { join } from "node:path";
import {
  flagOption as flag,
  helpOption,
  parseOptions,
  textOption as text,
} from "@waybill/chassis/commandLine";
import { readInteger } from "../optionReaders.ts";
import { growthLimit } from "./comparison.ts";
import type { GuardLoad } from "./guardBench.ts";

/** What to guard, and against what. */
export interface GuardOptions extends GuardLoad {
  /** The recorded figures. */
  readonly file: string;
  /** Records the figures instead of comparing them. */
  readonly isRecording: boolean;
}

const defaults = { rounds: 3, orders: 2_000 } as const;
const recordedFile = join(import.meta.dirname, "../../guard.json");

/** What `npm run bench:guard -- --help` prints. */
export const help = `Counts what orders cost and what does not depend on how fast the machine is, on a stack of its own: statements, commits, log,
calls, messages and bytes, the least of several rounds of orders, 64 at a time. Compares that with bench/guard.json.

npm run bench:guard -- [options]

  --record              records the figures instead
  --rounds <n>          default: ${defaults.rounds}
  --orders <n>          orders per round; default: ${defaults.orders}
  --file <file>         where the recorded figures are; default: bench/guard.json
  --help                prints this

Exit code 0: nothing has grown by more than ${growthLimit * 100} %. 1: something has, or the orders went wrong. 2: the options make no sense.
`;

/** Reads the command line. Undefined: help is wanted. Throws UsageError. */
export function readGuardOptions(args: readonly string[]): GuardOptions | undefined {
  const values = parseOptions(args, {
    record: flag,
    rounds: text,
    orders: text,
    file: text,
    help: helpOption,
  });
  if (values.help) return undefined;
  return {
    rounds: readInteger("--rounds", values.rounds, defaults.rounds, 1, 100),
    orders: readInteger("--orders", values.orders, defaults.orders, 1, 1_000_000),
    file: values.file ?? recordedFile,
    isRecording: values.record ?? false,
  };
}
