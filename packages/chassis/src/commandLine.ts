import { type ParseArgsConfig, parseArgs } from "node:util";
import { parseDuration } from "./duration.ts";

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
  return understood(() => refuseEmpty(parseArgs({ args: [...args], options }))).values;
}

/** The same, with what is named beside the options, in its order. */
export function parseCommandLine<const Known extends Options>(
  args: readonly string[],
  options: Known,
) {
  return understood(() =>
    refuseEmpty(parseArgs({ args: [...args], options, allowPositionals: true })),
  );
}

/** Reads the command line of a tool without options: undefined when help is wanted. Throws UsageError for anything else. */
export const noArguments = (args: readonly string[]): object | undefined =>
  parseOptions(args, { help: helpOption }).help ? undefined : {};

function understood<Parsed>(parse: () => Parsed): Parsed {
  try {
    return parse();
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

/** An empty text is a variable of a script that was not set: taken for a folder, it would be the current one. */
function refuseEmpty<Parsed extends { readonly values: object }>(parsed: Parsed): Parsed {
  for (const [name, value] of Object.entries(parsed.values))
    if ([value].flat().includes("")) throw new UsageError(`--${name} is empty`);
  return parsed;
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

/** The duration that a flag gives, with its unit. Yields ms. Throws UsageError when it is none. */
export function readDuration(flag: string, text: string): number {
  const ms = /[a-z]$/.test(text) ? parseDuration(text) : undefined;
  if (ms !== undefined) return ms;
  throw new UsageError(`${flag}: "${text}" is not a duration such as 500ms, 30s, 10m or 24h`);
}

/** The URLs of one kind of server. */
export interface UrlKind {
  readonly schemes: readonly string[];
  readonly example: string;
}

export const databaseUrl: UrlKind = {
  schemes: ["postgres", "postgresql"],
  example: "postgres://user:password@host:5432",
};

export const natsUrl: UrlKind = { schemes: ["nats", "tls"], example: "nats://host:4222" };

/**
 * The servers' URL, or several separated by commas. Undefined when none is given. Throws UsageError without naming the URL, which may hold
 * a password.
 */
export function readUrl(
  flag: string,
  text: string | undefined,
  { schemes, example }: UrlKind,
): string | undefined {
  if (text === undefined || text === "") return undefined;
  const isOne = (url: string) =>
    schemes.some((scheme) => url.length > scheme.length + 3 && url.startsWith(`${scheme}://`)) &&
    URL.canParse(url);
  if (text.split(",").every(isOne)) return text;
  throw new UsageError(`${flag}: not a URL such as ${example}`);
}

/** The word that a flag gives. Throws UsageError when it is none of these. */
export function readChoice<const Choice extends string>(
  flag: string,
  text: string,
  choices: readonly Choice[],
): Choice {
  const chosen = choices.find((choice) => choice === text);
  if (chosen !== undefined) return chosen;
  throw new UsageError(`${flag}: "${text}" is not one of ${choices.join(", ")}`);
}

/** A tool for the terminal. */
export interface Tool<Arguments> {
  /** Its name for npm run. */
  readonly script: string;
  readonly help: string;
  /** Reads the command line. Undefined: help is wanted. Throws UsageError. */
  readonly readArguments: (args: readonly string[]) => Arguments | undefined;
  /** Does it, and answers the exit code. */
  readonly run: (given: Arguments) => Promise<number>;
  /** The exit code when that throws; default: 1. */
  readonly failed?: number;
  /** Errors whose message says all that there is to know. */
  readonly expected?: readonly (new (
    ...args: never[]
  ) => Error)[];
}

const FAILED = 1;
const NOT_UNDERSTOOD = 2;

/** Does what the command line says, and sets the exit code: 1 or as the tool says when it fails, 2 when it is not understood. */
export async function runTool<Arguments>(tool: Tool<Arguments>): Promise<void> {
  try {
    const given = tool.readArguments(process.argv.slice(2));
    if (given === undefined) console.log(tool.help);
    else process.exitCode = await tool.run(given);
  } catch (error) {
    const expected = [UsageError, ...(tool.expected ?? [])];
    const isExpected = expected.some((kind) => error instanceof kind);
    console.error(isExpected ? (error as Error).message : error);
    const isUsage = error instanceof UsageError;
    if (isUsage) console.error(`npm run ${tool.script} -- --help tells the options.`);
    process.exitCode = isUsage ? NOT_UNDERSTOOD : (tool.failed ?? FAILED);
  }
}
