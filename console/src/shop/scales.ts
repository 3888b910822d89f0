import { type State, states } from "../states.ts";
import type { Second } from "./rates.ts";

/** How thick a stream of so many orders is drawn: by its logarithm, so that one order shows and a thousand fit. */
export const thickness = (orders: number): number =>
  orders === 0 ? 2 : Math.min(20, 3 + 5 * Math.log10(orders));

const longestMs = 3_600_000;

/** Where a stay of so long ends on its axis: by its logarithm, up to an hour. */
export const shareOf = (ms: number): number =>
  Math.min(1, Math.log10(1 + ms) / Math.log10(1 + longestMs));

/** A part of a bar. */
export interface Part {
  readonly state: State;
  readonly y: number;
  readonly height: number;
}

/** One second's bar, as high as its share of the most: the states entered, one upon the other from below. */
export function partsOf(second: Second, most: number, height: number): Part[] {
  let y = height;
  return states
    .filter((state) => (second[state] ?? 0) > 0)
    .map((state) => {
      const part = ((second[state] ?? 0) / most) * height;
      y -= part;
      return { state, y, height: part };
    });
}
