import type { Database, Sql } from "@waybill/persistence";
import { fold } from "@waybill/tcc";
import { lockItems, saveStock } from "../db/itemRows.ts";
import {
  anyReservation,
  insertReservations,
  lockReservations,
  saveStates,
} from "../db/reservationRows.ts";
import { itemsTouched, reservationEffects, type Timing } from "../domain/holding.ts";
import type { ReservationOperation, ReservationOutcome } from "../domain/reservation.ts";
import { StockLedger } from "../domain/stockLedger.ts";

export interface ApplyDependencies {
  readonly db: Database;
  readonly now: () => Date;
  /** How long a hold may be undecided before its order's fate is asked for. Unit: ms. */
  readonly holdExpiryMs: number;
}

/** Each attempt sees the rows that beat the one before, so more of them mean rivals without end. */
const maxAttempts = 5;

/**
 * Applies a mixed batch of Try, Confirm and Cancel in one transaction, in arrival order; one outcome each.
 *
 * Why batches cannot deadlock, whatever they have in common: each goes through three phases, and within a phase through
 * its keys in ascending order.
 *   1. It locks the fence rows that exist.
 *   2. It locks the items concerned.
 *   3. It inserts the fence rows that are missing. The updates that follow lock nothing new.
 * A batch waits in phase 1 or 2 for a row that another one has locked, which is then at a greater key or in a later phase.
 * In phase 3 it waits only for the uncommitted row of another one in phase 3, which is at a greater key. (Rows locked in
 * phase 1 are committed ones: an insert that meets them does not wait, it does nothing.) So whoever is furthest waits for nobody.
 */
export const applyOperations =
  ({ db, now, holdExpiryMs }: ApplyDependencies) =>
  async (operations: readonly ReservationOperation[]): Promise<readonly ReservationOutcome[]> => {
    for (let attempt = 1; ; attempt += 1) {
      const at = now();
      const timing = { now: at, expiresAt: new Date(at.getTime() + holdExpiryMs) };
      try {
        return await db.transaction((tx) => applyIn(tx, operations, timing));
      } catch (error) {
        if (!(error instanceof RivalError) || attempt === maxAttempts) throw error;
      }
    }
  };

async function applyIn(
  tx: Sql,
  operations: readonly ReservationOperation[],
  timing: Timing,
): Promise<readonly ReservationOutcome[]> {
  const reservations = await lockReservations(tx, transactionIdsOf(operations));
  const stock = new StockLedger(await lockItems(tx, itemsTouched(operations, reservations)));
  const folded = fold(operations, reservations, reservationEffects(stock, timing));
  const declined = operations.filter((_, index) => folded.outcomes[index]?.kind === "declined");
  // This batch may have waited for the items while a rival tried the same transaction: the last piece would be missing because
  // of the transaction's own hold.
  if (await anyReservation(tx, transactionIdsOf(declined))) throw new RivalError();
  // Sent together, in this order: none waits for the answer to the one before.
  const [inserted] = await Promise.all([
    insertReservations(tx, folded.added),
    saveStates(tx, folded.changed),
    saveStock(tx, stock.changed()),
  ]);
  if (inserted < folded.added.length) throw new RivalError();
  return folded.outcomes;
}

const transactionIdsOf = (operations: readonly ReservationOperation[]): readonly string[] => [
  ...new Set(operations.map((operation) => operation.transactionId)),
];

/** Another transaction inserted a fence that was missing when this one looked: roll back, and look again. */
class RivalError extends Error {
  override readonly name = "RivalError";
  override readonly message = "another transaction inserted the same reservation";
}
