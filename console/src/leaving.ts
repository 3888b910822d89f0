import { inTurn, post } from "./sessionCalls.ts";
import { makeStore } from "./store.ts";

/**
 * A session that somebody has ended is kept in mind, over reloads and in all tabs, until the gateway has ended it too: its cookie, which no
 * script can remove, would log in whoever comes next.
 */
const place = "waybill-leaving";

const isLate = makeStore(false);

/** Whether logging out is not finished, and is being tried again. */
export const useLateLeaving = isLate.use;

/** Whether this is told when somebody logs out in another tab. */
export const isLeavingElsewhere = ({ key, newValue }: StorageEvent): boolean =>
  key === place && newValue !== null;

export const isLeaving = (): boolean => localStorage.getItem(place) !== null;

export const beginLeaving = (): void => localStorage.setItem(place, "yes");

/** Its cookie is gone, or another has taken its place. */
export function endLeaving(): void {
  localStorage.removeItem(place);
  isLate.set(false);
}

/** Ends at the gateway what was ended here, if anything was; throws while that does not work. In turn. */
export async function finishLeaving(): Promise<void> {
  if (!isLeaving()) return;
  const answer = await post("/api/session/end");
  if (!answer.ok) throw new Error("Waybill does not answer; it is asked again.");
  endLeaving();
}

const firstWaitMs = 1_000;
const longestWaitMs = 15_000;

/** Tries so until it works, or somebody has logged in. */
export async function keepLeaving(): Promise<void> {
  for (let waitMs = firstWaitMs; isLeaving(); waitMs = Math.min(waitMs * 2, longestWaitMs))
    await inTurn(finishLeaving).catch(() => {
      isLate.set(true);
      return new Promise((resolve) => setTimeout(resolve, waitMs));
    });
  isLate.set(false); // Another tab may have finished it.
}
