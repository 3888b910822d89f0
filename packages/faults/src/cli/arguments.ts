import { parseArgs } from "node:util";
import { faults } from "../faults/catalogue.ts";
import type { Fault } from "../faults/fault.ts";

const DEFAULT_ROUNDS = 1;
const DEFAULT_MINUTES = 1;
const DEFAULT_RATE = 30;
const DEFAULT_QUIET_S = 120;
const NAME_WIDTH = 18;

const list = faults
  .map(({ name, description }) => `  ${name.padEnd(NAME_WIDTH)}${description}`)
  .join("\n");

/** What `npm run faults -- --help` prints. */
export const help = `Lets orders flow on a stack of its own while faults happen, alone and in pairs; then everything is healed, must become quiet, and the
databases must keep all promises and agree with what clients were told.

npm run faults -- [options]

  --seed <n>            what happens: the same seed, the same schedule; default: by chance
  --rounds <n>          how many rounds, each with the next seed; default: ${DEFAULT_ROUNDS}
  --minutes <m>         how long faults happen in a round; fractions are fine; default: ${DEFAULT_MINUTES}
  --only <faults>       only these, separated by commas; default: all
  --rate <n>            how many customers begin each second; default: ${DEFAULT_RATE}
  --quiet <seconds>     how long it may take from healing until all is quiet; default: ${DEFAULT_QUIET_S}
  --data-dir <folder>   keeps data and logs there; the folder must be new; default: a temporary one
  --report <file>       writes what became of it there, as JSON
  --help                prints this

Faults:
${list}

Exit code: 0 all is well, 1 a promise is broken (then seed, schedule and timelines of the orders concerned are printed), 2 the command line is wrong.
`;

/** The command line cannot be understood; the message says what. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export interface Arguments {
  readonly seed: number;
  readonly rounds: number;
  readonly roundMs: number;
  readonly faults: readonly Fault[];
  readonly ordersPerSecond: number;
  readonly quietWithinMs: number;
  readonly dataDir: string | undefined;
  readonly reportFile: string | undefined;
}

const MAX_SEED = 2 ** 31 - 1;

/** Reads the command line; `draw` gives the seed when none is named, as a share of 1. Undefined: help is wanted. Throws UsageError. */
export function readArguments(
  args: readonly string[],
  draw: () => number = Math.random,
): Arguments | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  const number = (name: string, text: string | undefined, limits: Limits, whenAbsent: number) =>
    text === undefined ? whenAbsent : readNumber(`--${name}`, text, limits);
  const whole = (min: number, max: number) => ({ min, max, isWhole: true });
  const any = (min: number, max: number) => ({ min, max, isWhole: false });
  const drawn = Math.floor(draw() * 1_000_000);
  return {
    seed: number("seed", values.seed, whole(0, MAX_SEED), drawn),
    rounds: number("rounds", values.rounds, whole(1, 10_000), DEFAULT_ROUNDS),
    roundMs: number("minutes", values.minutes, any(0.05, 1_440), DEFAULT_MINUTES) * 60_000,
    faults: readFaults(values.only),
    ordersPerSecond: number("rate", values.rate, whole(1, 1_000), DEFAULT_RATE),
    quietWithinMs: number("quiet", values.quiet, whole(1, 86_400), DEFAULT_QUIET_S) * 1_000,
    dataDir: values["data-dir"],
    reportFile: values.report,
  };
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        seed: text,
        rounds: text,
        minutes: text,
        only: text,
        rate: text,
        quiet: text,
        "data-dir": text,
        report: text,
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

interface Limits {
  readonly min: number;
  readonly max: number;
  readonly isWhole: boolean;
}

function readNumber(flag: string, text: string, { min, max, isWhole }: Limits): number {
  const number = Number(text);
  const isNumber = /^\d+(\.\d+)?$/.test(text) && (!isWhole || Number.isInteger(number));
  if (isNumber && number >= min && number <= max) return number;
  const kind = isWhole ? "whole number" : "number";
  throw new UsageError(`${flag}: "${text}" is not a ${kind} from ${min} to ${max}`);
}

function readFaults(text: string | undefined): readonly Fault[] {
  if (text === undefined) return faults;
  const names = new Set(text.split(","));
  const known = new Set(faults.map(({ name }) => name));
  for (const name of names)
    if (!known.has(name))
      throw new UsageError(`--only: "${name}" is none of ${[...known].join(", ")}`);
  return faults.filter(({ name }) => names.has(name));
}
