import { sleep } from "@waybill/chassis";
import type { Outcome } from "../judge/outcome.ts";
import type { AnyTarget, Attempt } from "../targets/target.ts";
import type { Portion } from "./portions.ts";
import type { Tally } from "./tally.ts";

/** An input that was answered as none may be, made as small as it would go. */
export interface Finding {
  readonly target: AnyTarget;
  readonly input: object;
  /** What the answer was, and why that may not be. */
  readonly wrong: string;
}

/** How often an answer that may pass is asked for again, and after how long, each time so much longer. */
const REPEATS = 10;
const REPEAT_AFTER_MS = 500;

/** Sends the inputs of a portion one after the other until one is answered wrongly. */
export async function runPortion(portion: Portion, tally: Tally): Promise<Finding | undefined> {
  const { target } = portion;
  let found: Finding | undefined;
  await target.search(portion, async (attempt) => {
    const outcome = await tryPatiently(attempt, () => tally.repeated(target.name));
    if (found === undefined) tally.add(target.name, outcome);
    const { wrong } = outcome;
    if (wrong === undefined) return true;
    found = { target, wrong, input: attempt.show() };
    return false;
  });
  return found;
}

/** What is too late, or not possible now, is tried again; it is wrong if it never passes. */
async function tryPatiently(attempt: Attempt, onRepeat: () => void): Promise<Outcome> {
  for (let repeats = 0; ; repeats += 1) {
    const outcome = await attempt.try();
    if (!outcome.mayPass || repeats === REPEATS) return outcome;
    onRepeat();
    await sleep(REPEAT_AFTER_MS * (repeats + 1));
  }
}
