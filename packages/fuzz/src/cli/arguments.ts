import {
  helpOption,
  parseOptions,
  readWhole,
  textOption as text,
} from "@waybill/chassis/commandLine";

const DEFAULT_INPUTS = 10_000;
const MAX_INPUTS = 100_000_000;
const MAX_SEED = 2 ** 31 - 1;

/** What `npm run fuzz -- --help` prints. */
export const help = `Sends random and mutated inputs to every RPC, every route of the gateway and every port of a stack of its own. None may be answered by
INTERNAL, UNKNOWN, DATA_LOSS, UNIMPLEMENTED or 5xx, or not at all, and no process may end.

npm run fuzz -- [options]

  --inputs <n>          how many inputs in all, spread evenly over the targets; default: ${DEFAULT_INPUTS}
  --seed <n>            what is sent: the same seed, the same inputs; default: by chance
  --only <names>        services, or parts of the names of RPCs or routes, with commas: order, ListItems, "POST /api/orders"; default: all
  --data-dir <folder>   keeps data and logs there; the folder must be new; default: a temporary one
  --help                prints this

Exit code: 0 all is well; 1 an input was answered wrongly (then the smallest such input is printed), or a process ended; 2 the command line is wrong.
`;

export interface Arguments {
  readonly inputs: number;
  readonly seed: number;
  readonly only: string | undefined;
  readonly dataDir: string | undefined;
}

const options = {
  inputs: text,
  seed: text,
  only: text,
  "data-dir": text,
  help: helpOption,
} as const;

/** Reads the command line; `draw` gives the seed when none is named, as a share of 1. Undefined: help is wanted. Throws UsageError. */
export function readArguments(
  args: readonly string[],
  draw: () => number = Math.random,
): Arguments | undefined {
  const values = parseOptions(args, options);
  if (values.help) return undefined;
  const { inputs = `${DEFAULT_INPUTS}`, seed = `${Math.floor(draw() * 1_000_000)}` } = values;
  return {
    inputs: readWhole("--inputs", inputs, 1, MAX_INPUTS),
    seed: readWhole("--seed", seed, 0, MAX_SEED),
    only: values.only,
    dataDir: values["data-dir"],
  };
}
