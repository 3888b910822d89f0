import { z } from "zod";
import { parseDuration } from "../duration.ts";

/** 24 days: the longest time that a Node timer holds; beyond 2^31 - 1 ms it would fire at once. */
const maxTimerMs = 24 * 24 * 3_600_000;

/** Bounds of a duration. Unit: ms. */
export interface DurationLimits {
  /** Default 0. */
  readonly minMs?: number;
  /** Default 24 days, what a timer can hold; raise it only for durations that no timer waits for. */
  readonly maxMs?: number;
}

/**
 * A duration: "500ms", "5s", "2m", "24h", or a bare number of ms. Yields ms. Whole numbers only.
 * Without a default the variable is required.
 */
export function envDuration(defaultMs?: number, limits: DurationLimits = {}) {
  const { minMs = 0, maxMs = maxTimerMs } = limits;
  const expected = `a duration such as 500ms, 5s, 2m or 24h, from ${minMs} ms to ${maxMs} ms`;
  return read(expected, defaultMs, (text) => {
    const ms = parseDuration(text);
    return ms !== undefined && ms >= minMs && ms <= maxMs ? ms : undefined;
  });
}

/** A whole number from `min` (default 0) to `max`. Without a default the variable is required. */
export function envInteger(options: { min?: number; max?: number; default?: number } = {}) {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = options;
  const range = max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `from ${min} to ${max}`;
  return read(`a whole number ${range}`, options.default, (text) => {
    const number = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
    return number >= min && number <= max ? number : undefined;
  });
}

const booleans: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  1: true,
  false: false,
  no: false,
  off: false,
  0: false,
};

/** true, yes, on, 1 or false, no, off, 0, in any case. */
export function envBoolean(defaultValue?: boolean) {
  return read("true or false", defaultValue, (text) => booleans[text.toLowerCase()]);
}

/** An absolute URL, or several separated by commas. Without a default the variable is required. */
export function envUrl(defaultUrl?: string) {
  return read("a URL such as nats://127.0.0.1:4222", defaultUrl, (text) =>
    text.split(",").every((url) => /^[a-z][a-z0-9+.-]*:\/\/\S+$/i.test(url) && URL.canParse(url))
      ? text
      : undefined,
  );
}

/**
 * A host and port such as 127.0.0.1:50052 or status:50052, or those of several replicas separated
 * by commas. Without a default the variable is required.
 */
export function envAddress(defaultAddress?: string) {
  return read("an address such as 127.0.0.1:50052", defaultAddress, (text) =>
    text.split(",").every(isAddress) ? text : undefined,
  );
}

function isAddress(text: string): boolean {
  const port = Number(/^(?:[\w.-]+|\[[\da-f:.]+\]):(\d{1,5})$/i.exec(text)?.[1]);
  return port >= 1 && port <= 65_535;
}

/** Any text. Without a default the variable is required. */
export function envText(defaultText?: string) {
  return read("some text", defaultText, (text) => text);
}

/** One of the given words. Without a default the variable is required. */
export function envChoice<const Choice extends string>(
  choices: readonly Choice[],
  defaultChoice?: NoInfer<Choice>,
) {
  return read(`one of ${choices.join(", ")}`, defaultChoice, (text) =>
    choices.find((choice) => choice === text),
  );
}

/** A schema for one variable: `parse` answers undefined for what is not usable. */
function read<T>(
  expected: string,
  defaultValue: T | undefined,
  parse: (text: string) => T | undefined,
) {
  return z.unknown().transform((given, context): T => {
    const value = typeof given === "string" ? parse(given) : defaultValue;
    if (value !== undefined) return value;
    context.issues.push({ code: "custom", message: expected, input: given });
    return z.NEVER;
  });
}
