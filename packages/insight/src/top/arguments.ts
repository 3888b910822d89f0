import { flagOption, helpOption, parseOptions, textOption } from "@waybill/chassis/commandLine";
import { defaultDataDir } from "@waybill/stack";

/** What `npm run top -- --help` prints. */
export const help = `Shows what a running local stack is doing, again every two seconds: orders, waiting work, services, consumers, and what is wrong. q ends it.

npm run top -- [options]

  --once                prints what happens within the next two seconds, and ends; so it does without a terminal
  --data-dir <folder>   the running stack's data folder; default: .waybill
  --help                prints this

Rates and percentiles are of the last 30 seconds. Exit code: 0 shown, 1 no stack runs, 2 not understood.
`;

export interface Arguments {
  readonly dataDir: string;
  readonly once: boolean;
}

const options = { "data-dir": textOption, once: flagOption, help: helpOption } as const;

/** Reads the command line. Undefined: help is wanted. Throws UsageError. */
export function readArguments(args: readonly string[]): Arguments | undefined {
  const values = parseOptions(args, options);
  if (values.help) return undefined;
  return { dataDir: values["data-dir"] ?? defaultDataDir, once: values.once ?? false };
}
