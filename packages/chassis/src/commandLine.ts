import { type ParseArgsConfig, parseArgs } from "node:util";

/** The command line cannot be understood; the message says what and where. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Options by their names, as node's parseArgs has them. */
export type Options = NonNullable<ParseArgsConfig["options"]>;

/** An option that takes a text, and one that takes none. */
export const textOption = { type: "string" } as const;
export const flagOption = { type: "boolean" } as const;

/** --help, -h. */
export const helpOption = { ...flagOption, short: "h" } as const;

/** What a command line says of these options. Throws UsageError when it says anything else. */
export function parseOptions<const Known extends Options>(args: readonly string[], options: Known) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

/** The whole number that a flag gives. Throws UsageError when it is none of min to max. */
export function readWhole(flag: string, text: string, min: number, max: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= min && number <= max) return number;
  throw new UsageError(`${flag}: "${text}" is not a whole number from ${min} to ${max}`);
}

/** The number that a flag gives, which may have a fraction. Throws UsageError when it is none of min to max. */
export function readNumber(flag: string, text: string, min: number, max: number): number {
  const number = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && number >= min && number <= max) return number;
  throw new UsageError(`${flag}: "${text}" is not a number from ${min} to ${max}`);
}
