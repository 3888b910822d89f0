import {
  helpOption,
  parseOptions,
  readChoice,
  readWhole,
  textOption as text,
} from "@waybill/chassis/commandLine";
import { mutantNames, mutants } from "../mutants/mutants.ts";

/** What is to be simulated. */
export interface Assignment {
  readonly seed: number;
  readonly schedules: number;
  readonly mutant: string | undefined;
  /** How many schedules are run at a time. */
  readonly workers: number;
}

export const limits = { seed: 4_294_967_295, schedules: 10_000_000, workers: 256 } as const;

const defaultSchedules = 5_000;

const widest = Math.max(...mutantNames.map((name) => name.length));

export const help = `Simulates the protocol of orders: all services in one process, in virtual time, with messages lost, doubled, delayed and reordered,
and services that crash between any two steps. Whatever happens, the promises of Waybill must hold.

  npm run simulate -- [--seed S] [--schedules N] [--mutant NAME] [--workers W]

  --seed S       the seed of the first schedule, 0 to ${limits.seed}; each next schedule has the next seed. Default: by chance.
  --schedules N  how many schedules, 1 to ${limits.schedules}. Default ${defaultSchedules}. With --mutant: at most so many.
  --mutant NAME  breaks one rule of production, to see that the simulation notices; stops at the first schedule that does.
  --workers W    how many are run at a time, 1 to ${limits.workers}; what is found is the same. Default: one for each core.
  --help         this text

The exit code is 0 if all promises were kept (with --mutant: if the mutant was caught), 1 if not, and 2 for wrong arguments.
A schedule that breaks a promise is printed with its seed; --seed with that seed and --schedules 1 plays it again, step by step.

Mutants:
${mutantNames.map((name) => `  ${name.padEnd(widest)}  ${mutants[name]?.breaks}`).join("\n")}
`;

const options = { seed: text, schedules: text, mutant: text, workers: text, help: helpOption };

/** Undefined: help was asked for. Throws UsageError. */
export function readArguments(
  given: readonly string[],
  chance: () => number,
  cores: number,
): Assignment | undefined {
  const values = parseOptions(given, options);
  if (values.help) return undefined;
  const { mutant } = values;
  if (mutant !== undefined) readChoice("--mutant", mutant, mutantNames);
  const schedules = readWhole(
    "--schedules",
    values.schedules ?? `${defaultSchedules}`,
    1,
    limits.schedules,
  );
  const last = limits.seed - schedules + 1;
  const byChance = `${Math.floor(chance() * (last + 1))}`;
  const seed = readWhole("--seed", values.seed ?? byChance, 0, last);
  const workers = readWhole("--workers", values.workers ?? `${cores}`, 1, limits.workers);
  return { seed, schedules, mutant, workers };
}
