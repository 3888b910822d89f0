import {
  flagOption,
  helpOption,
  parseCommandLine,
  readChoice,
  readDuration,
  textOption,
  UsageError,
} from "@waybill/chassis/commandLine";
import { defaultDataDir, serviceNames } from "@waybill/stack";
import { readOrderId } from "../readOrderId.ts";
import { type Level, levels } from "./entry.ts";

/** What `npm run logs -- --help` prints. */
export const help = `Shows what the services of a local stack have logged, all together, by time. The stack need not run.

npm run logs -- [service ...] [options]

  --order <id>          what names this order, or was logged in one of its traces, as long as the stack runs
  --level <level>       from this level on: ${levels.join(", ")}; default: all that is there
  --since <duration>    what was logged within the last 10m, 30s, 2h
  --follow, -f          goes on with what is logged from now on, over restarts of the stack; Ctrl-C ends it
  --data-dir <folder>   the stack's data folder; default: .waybill
  --help                prints this

Services: ${serviceNames.join(", ")}; order.2 is the second replica of order. Default: all.
Lines that are no entries of a log, such as those of a crash, are shown as they are, whatever the level.
Exit code: 0 shown, 1 there are no logs, 2 not understood.
`;

export interface Arguments {
  readonly dataDir: string;
  /** Services, or replicas of theirs; empty: all. */
  readonly services: readonly string[];
  readonly orderId: string | undefined;
  readonly level: Level;
  /** Unit: ms. */
  readonly sinceMs: number | undefined;
  readonly follow: boolean;
}

const options = {
  order: textOption,
  level: textOption,
  since: textOption,
  follow: { ...flagOption, short: "f" },
  "data-dir": textOption,
  help: helpOption,
} as const;

/** Reads the command line. Undefined: help is wanted. Throws UsageError. */
export function readArguments(args: readonly string[]): Arguments | undefined {
  const { values, positionals } = parseCommandLine(args, options);
  if (values.help) return undefined;
  const { order, level = levels[0], since, follow = false } = values;
  return {
    dataDir: values["data-dir"] ?? defaultDataDir,
    services: positionals.map(readService),
    orderId: order === undefined ? undefined : readOrderId("--order", order),
    level: readChoice("--level", level, levels),
    sinceMs: since === undefined ? undefined : readDuration("--since", since),
    follow,
  };
}

function readService(text: string): string {
  const [service, replica = "1", ...more] = text.split(".");
  const isKnown = serviceNames.some((name) => name === service);
  if (isKnown && /^\d+$/.test(replica) && more.length === 0) return text;
  throw new UsageError(`"${text}" is no service: there are ${serviceNames.join(", ")}`);
}
