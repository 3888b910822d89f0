import {
  flagOption,
  helpOption,
  parseOptions,
  readWhole,
  textOption as text,
} from "@waybill/chassis/commandLine";
import { defaultDataDir } from "@waybill/stack";

const DEFAULT_CONCURRENCY = 32;
const DEFAULT_CANCELS_PERCENT = 3;
const DEFAULT_PATIENCE_S = 180;

/** What `npm run demo -- --help` prints. */
export const help = `Plays the story of a few orders on a running stack, through its public RPCs. With --orders, places many instead, and asks the doctor.

npm run demo -- [options]

  --data-dir <folder>    the running stack's data folder; default: .waybill
  --cluster              plays on a cluster whose ports are forwarded, instead of a stack; see docs/deployment.md
  --orders <n>           how many orders to place
  --concurrency <n>      how many customers order at the same time; default: ${DEFAULT_CONCURRENCY}
  --window-cancels <n>   how many per cent of the orders their customers cancel at once; default: ${DEFAULT_CANCELS_PERCENT}
  --seed <n>             which orders are declined, slow, cancelled …: the same seed, the same mix; default: 1
  --patience <seconds>   gives up when nothing has moved for so long; default: ${DEFAULT_PATIENCE_S}
  --help                 prints this

It can be repeated, each time with new orders. Services may be killed meanwhile: requests that are not answered are repeated with the same request_id.
Exit code: 0 all went as told, and the doctor is content; 1 something did not, or no stack runs; 2 not understood.
`;

/** How to place many orders. */
export interface LoadOptions {
  readonly orders: number;
  readonly concurrency: number;
  readonly cancelsPercent: number;
  readonly seed: number;
  readonly patienceMs: number;
}

export interface Arguments {
  readonly dataDir: string;
  /** On a cluster whose ports are forwarded, instead of the data folder's stack. */
  readonly cluster: boolean;
  /** Undefined: the story is wanted. */
  readonly load: LoadOptions | undefined;
}

const options = {
  "data-dir": text,
  cluster: flagOption,
  orders: text,
  concurrency: text,
  "window-cancels": text,
  seed: text,
  patience: text,
  help: helpOption,
} as const;

/** Reads the command line. Undefined: help is wanted. Throws UsageError. */
export function readArguments(args: readonly string[]): Arguments | undefined {
  const values = parseOptions(args, options);
  if (values.help) return undefined;
  const number = (name: keyof typeof values & string, min: number, max: number, standard: number) =>
    readWhole(`--${name}`, String(values[name] ?? standard), min, max);
  const load = {
    orders: number("orders", 1, 10_000_000, 1),
    concurrency: number("concurrency", 1, 1_024, DEFAULT_CONCURRENCY),
    cancelsPercent: number("window-cancels", 0, 100, DEFAULT_CANCELS_PERCENT),
    seed: number("seed", 0, 2 ** 32 - 1, 1),
    patienceMs: number("patience", 1, 86_400, DEFAULT_PATIENCE_S) * 1_000,
  };
  const dataDir = values["data-dir"] ?? defaultDataDir;
  const cluster = values.cluster ?? false;
  return { dataDir, cluster, load: values.orders === undefined ? undefined : load };
}
