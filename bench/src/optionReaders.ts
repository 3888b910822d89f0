import {
  readDuration as readAnyDuration,
  readWhole,
  UsageError,
} from "@waybill/chassis/commandLine";

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

/** A duration within limits, in ms; 0 needs no unit. Undefined when the flag is not given. */
export function readDuration(
  flag: string,
  text: string | undefined,
  minMs: number,
  maxMs: number,
): number | undefined {
  if (text === undefined) return undefined;
  const ms = text === "0" ? 0 : readAnyDuration(flag, text);
  if (ms >= minMs && ms <= maxMs) return ms;
  throw new UsageError(`${flag}: "${text}" is not from ${minMs} ms to ${maxMs} ms`);
}
