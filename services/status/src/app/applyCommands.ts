import type { Database, Sql } from "@waybill/persistence";
import {
  appendTransitions,
  insertStatuses,
  lockStatuses,
  updateStatuses,
} from "../db/statusStore.ts";
import type { BatchOutcome } from "../domain/batch.ts";
import { decideAll } from "../domain/batch.ts";
import type { Command, Status, Transition, Verdict } from "../domain/status.ts";

/** A transition that was committed, with the status that it led to. */
export interface Committed {
  readonly transition: Transition;
  readonly status: Status;
  /** When the order came into the state that it has left; undefined for a new order. */
  readonly since: Date | undefined;
}

/** A rival inserted one of the same orders meanwhile; the batch is decided anew on what it left. */
class LostInsertError extends Error {}

/** Each retry finds the rivals' rows committed, so that one suffices but for a storm of them. */
const maxAttempts = 5;

/**
 * Applies a batch of commands in one transaction, with one verdict each. Rows are locked in the order of their ids, and new ones are inserted
 * last, in the same order, so that batches never deadlock. An order that then stays for `patienceMs` is announced again. `committed` is called
 * after the commit and must not throw.
 */
export const applyCommands =
  (db: Database, patienceMs: number, committed: (changes: readonly Committed[]) => void) =>
  async (commands: readonly Command[]): Promise<readonly Verdict[]> => {
    for (let attempt = 1; ; attempt++) {
      try {
        const { outcome, stored } = await db.transaction((tx) =>
          applyOnce(tx, commands, patienceMs),
        );
        committed(changesOf(outcome.verdicts, stored));
        return outcome.verdicts;
      } catch (error) {
        if (!(error instanceof LostInsertError) || attempt === maxAttempts) throw error;
      }
    }
  };

async function applyOnce(
  tx: Sql,
  commands: readonly Command[],
  patienceMs: number,
): Promise<{ outcome: BatchOutcome; stored: ReadonlyMap<string, Status> }> {
  const stored = await lockStatuses(
    tx,
    commands.map((command) => command.orderId),
  );
  const outcome = decideAll(stored, commands, new Date());
  if (outcome.created.length > 0) {
    const inserted = await insertStatuses(tx, outcome.created, patienceMs);
    if (inserted < outcome.created.length) throw new LostInsertError();
  }
  // Sent together: the second does not wait for the answer to the first.
  await Promise.all([
    outcome.changed.length > 0 ? updateStatuses(tx, outcome.changed, patienceMs) : undefined,
    outcome.transitions.length > 0 ? appendTransitions(tx, outcome.transitions) : undefined,
  ]);
  return { outcome, stored };
}

function changesOf(verdicts: readonly Verdict[], stored: ReadonlyMap<string, Status>): Committed[] {
  const movedAt = new Map<string, Date>(); // By what the batch itself has moved.
  return verdicts.flatMap((verdict) => {
    if (verdict.kind !== "moved") return [];
    const { transition, status } = verdict;
    const since = movedAt.get(status.orderId) ?? stored.get(status.orderId)?.movedAt;
    movedAt.set(status.orderId, status.movedAt);
    return [{ transition, status, since }];
  });
}
