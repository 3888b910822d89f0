import { z } from "zod";
import { maskUserInfo } from "./maskUserInfo.ts";

/** What is wrong with one environment variable. */
export interface ConfigProblem {
  readonly variable: string;
  /** What was found, for example `is "5 apples"` or `is not set`. Never the value of a secret. */
  readonly found: string;
  /** What is expected instead, for example `a duration such as 500ms, 5s, 2m or 24h`. */
  readonly expected: string;
}

/** The configuration cannot be used. Lists every problem, so that one start suffices to find them all. */
export class ConfigError extends Error {
  readonly #problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(
      ({ variable, found, expected }) => `  ${variable} ${found}; expected ${expected}`,
    );
    super(`the configuration has ${count(problems.length)}:\n${lines.join("\n")}`);
    this.name = "ConfigError";
    // Whoever starts a process with it needs the list; where in our code it was found helps nobody.
    this.stack = `${this.name}: ${this.message}`;
    this.#problems = problems;
  }

  /** Not a property of its own: Node would print the list below the message that has it. */
  get problems(): readonly ConfigProblem[] {
    return this.#problems;
  }
}

/**
 * Reads and checks the environment variables that `shape` names; others are ignored. An empty
 * variable counts as not set. Throws a ConfigError that lists all problems at once.
 */
export function loadConfig<S extends z.ZodRawShape>(
  shape: S,
  env: NodeJS.ProcessEnv,
): z.infer<z.ZodObject<S>> {
  const given = Object.fromEntries(
    Object.keys(shape).map((variable) => [variable, env[variable]?.trim() || undefined]),
  );
  const result = z.object(shape).safeParse(given);
  if (result.success) return result.data;
  throw new ConfigError(
    result.error.issues.map((issue) => {
      const variable = String(issue.path[0]);
      return { variable, found: found(variable, given[variable]), expected: expected(issue) };
    }),
  );
}

const secretName = /SECRET|PASSWORD|TOKEN|PRIVATE|CREDENTIAL|_KEY$/;
const maxShownLength = 100;

function found(variable: string, value: string | undefined): string {
  if (value === undefined) return "is not set";
  if (secretName.test(variable)) return "is set, but not usable";
  return `is ${JSON.stringify(maskUserInfo(value).slice(0, maxShownLength))}`;
}

/** Zod's own messages read "Invalid option: expected one of …"; ours are what is expected alone. */
const expected = (issue: z.core.$ZodIssue): string =>
  issue.message.replace(/^Invalid [^:]*: expected /, "");

const count = (problems: number): string => (problems === 1 ? "a problem" : `${problems} problems`);
