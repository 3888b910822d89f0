import { helpOption, parseOptions, textOption as text } from "@waybill/chassis/commandLine";
import { readInteger } from "../optionReaders.ts";

/** What `npm run bench:replicas -- --help` prints. */
export const help = `Runs several replicas of every service on a stack of its own, has orders placed by the demo, kills the second replica of each service meanwhile,
and prints what each process handled.

npm run bench:replicas -- [options]

  --orders <n>     how many; default: 5000
  --replicas <n>   processes of each service, 2 to 9; default: 3
  --help           prints this

Exit code: 0 every order ended and the doctor is content, 1 not.
`;

export interface ReplicasOptions {
  readonly orders: number;
  readonly replicas: number;
}

/** Reads the command line. Undefined: help is wanted. Throws UsageError. */
export function readOptions(args: readonly string[]): ReplicasOptions | undefined {
  const values = parseOptions(args, { orders: text, replicas: text, help: helpOption });
  if (values.help) return undefined;
  return {
    orders: readInteger("--orders", values.orders, 5_000, 100, 10_000_000),
    replicas: readInteger("--replicas", values.replicas, 3, 2, 9),
  };
}
