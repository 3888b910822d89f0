import {
  helpOption,
  parseOptions,
  readNumber,
  readWhole,
  textOption as text,
  UsageError,
} from "@waybill/chassis/commandLine";
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

Exit code: 0 all is well, 1 a promise is broken (then seed, schedule and timelines of the orders concerned are printed) or
all faults were left out, 2 the command line is wrong, 130 it was stopped.
`;

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

const options = {
  seed: text,
  rounds: text,
  minutes: text,
  only: text,
  rate: text,
  quiet: text,
  "data-dir": text,
  report: text,
  help: helpOption,
} as const;

/** Reads the command line; `draw` gives the seed when none is named, as a share of 1. Undefined: help is wanted. Throws UsageError. */
export function readArguments(
  args: readonly string[],
  draw: () => number = Math.random,
): Arguments | undefined {
  const values = parseOptions(args, options);
  if (values.help) return undefined;
  const whole = (name: keyof typeof values & string, min: number, max: number, standard: number) =>
    readWhole(`--${name}`, String(values[name] ?? standard), min, max);
  const { minutes = String(DEFAULT_MINUTES) } = values;
  return {
    seed: whole("seed", 0, MAX_SEED, Math.floor(draw() * 1_000_000)),
    rounds: whole("rounds", 1, 10_000, DEFAULT_ROUNDS),
    roundMs: readNumber("--minutes", minutes, 0.05, 1_440) * 60_000,
    faults: readFaults(values.only),
    ordersPerSecond: whole("rate", 1, 1_000, DEFAULT_RATE),
    quietWithinMs: whole("quiet", 1, 86_400, DEFAULT_QUIET_S) * 1_000,
    dataDir: values["data-dir"],
    reportFile: values.report,
  };
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
