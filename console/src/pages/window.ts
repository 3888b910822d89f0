import { duration } from "../format.ts";

/** What is left of a window of time. */
export interface Left {
  /** From 1 down to 0. */
  readonly share: number;
  readonly text: string;
}

/** What is left of the time in which an order can surely be cancelled, in whole seconds. */
export function leftOf(placedAt: string, until: string, now: number): Left {
  const end = Date.parse(until);
  const leftMs = Math.max(0, end - now);
  const share = Math.min(1, leftMs / Math.max(1, end - Date.parse(placedAt)));
  const text =
    leftMs > 0
      ? `You can cancel for another ${duration(Math.ceil(leftMs / 1_000) * 1_000)}.`
      : "It is being confirmed; perhaps you can still cancel.";
  return { share, text };
}
