import { readWhole, UsageError } from "@waybill/chassis/commandLine";

/** The number that a flag gives, or the standard one. Throws UsageError when it is none of min to max. */
export function readInteger(
  flag: string,
  text: string | undefined,
  standard: number,
  min: number,
  max: number,
): number {
  return text === undefined ? standard : readWhole(flag, text, min, max);
}

/** A share of all: from 0 to max, which is at most 1. */
export function readShare(
  flag: string,
  text: string | undefined,
  standard: number,
  max: number,
): number {
  if (text === undefined) return standard;
  const share = Number(text);
  if (text.trim() !== "" && share >= 0 && share <= max) return share;
  throw new UsageError(`${flag}: "${text}" is not a number from 0 to ${max}`);
}

const msOf = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** A duration such as 500ms, 2s, 15m or 1h, in ms; 0 needs no unit. Undefined when the flag is not given. */
export function readDuration(
  flag: string,
  text: string | undefined,
  minMs: number,
  maxMs: number,
): number | undefined {
  if (text === undefined) return undefined;
  const [, digits = "", unit = "ms"] = /^(\d+)(ms|s|m|h)$|^0$/.exec(text) ?? [text, "x"];
  const ms = Number(digits) * msOf[unit as keyof typeof msOf];
  if (ms >= minMs && ms <= maxMs) return ms;
  const limits = `from ${minMs} ms to ${maxMs} ms`;
  throw new UsageError(`${flag}: "${text}" is not a duration such as 500ms, 2s or 15m, ${limits}`);
}

/** One of these words, or the standard one. */
export function readChoice<const Choice extends string>(
  flag: string,
  text: string | undefined,
  choices: readonly Choice[],
  standard: NoInfer<Choice>,
): Choice {
  const chosen = text === undefined ? standard : choices.find((choice) => choice === text);
  if (chosen !== undefined) return chosen;
  throw new UsageError(`${flag}: "${text}" is not one of ${choices.join(", ")}`);
}
