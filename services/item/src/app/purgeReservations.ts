import type { Database } from "@waybill/persistence";
import { lockItems, takeFromInitialStock } from "../db/itemRows.ts";
import { deleteReservations, lockEndedReservations } from "../db/reservationUpkeep.ts";

/** Reservations per transaction: short enough not to hold up the items that they share with batches. */
const batchSize = 512;

/**
 * Deletes up to 512 reservations that ended before the time given, and answers how many. What confirmed ones took from
 * the stock is taken from the item's initial stock instead, so that the books still balance. Reservations that are
 * only tried are never deleted. Locks fences before items, in order, like every batch.
 */
export const purgeReservations =
  (db: Database) =>
  (endedBefore: Date): Promise<number> =>
    db.transaction(async (tx) => {
      const ended = await lockEndedReservations(tx, endedBefore, batchSize);
      if (ended.length === 0) return 0;
      const confirmed = ended.filter((reservation) => reservation.state === "CONFIRMED");
      const taken = new Map<string, bigint>();
      for (const { itemId, quantity } of confirmed.flatMap((reservation) => reservation.lines)) {
        taken.set(itemId, (taken.get(itemId) ?? 0n) + BigInt(quantity));
      }
      await lockItems(tx, [...taken.keys()]);
      await takeFromInitialStock(tx, taken);
      await deleteReservations(
        tx,
        ended.map((reservation) => reservation.transactionId),
      );
      return ended.length;
    });
