import type { Database } from "@waybill/persistence";
import { type FateSources, type Purge, purgeFences } from "@waybill/tcc";
import { lockItems, takeFromInitialStock } from "../db/itemRows.ts";
import {
  deleteReservations,
  endedReservations,
  lockEndedReservations,
} from "../db/reservationUpkeep.ts";

export interface PurgeDependencies {
  readonly db: Database;
  readonly status: FateSources["status"];
}

/** Deletes reservations that ended before the time given and whose orders have ended. Throws while status is away. */
export const purgeReservations =
  ({ db, status }: PurgeDependencies) =>
  (endedBefore: Date, signal?: AbortSignal): Promise<Purge> =>
    purgeFences({
      fences: {
        ended: (before, limit) => endedReservations(db, before, limit),
        forget: (transactionIds, before) => forget(db, transactionIds, before),
      },
      status,
      before: endedBefore,
      signal,
    });

/**
 * What confirmed reservations took from the stock is taken from the item's initial stock instead, so that the books still balance. Locks fences
 * before items, in order, like every batch.
 */
const forget = (
  db: Database,
  transactionIds: readonly string[],
  endedBefore: Date,
): Promise<number> =>
  db.transaction(async (tx) => {
    const ended = await lockEndedReservations(tx, transactionIds, endedBefore);
    if (ended.length === 0) return 0;
    const confirmed = ended.filter((reservation) => reservation.state === "CONFIRMED");
    const taken = new Map<string, bigint>();
    for (const { itemId, quantity } of confirmed.flatMap((reservation) => reservation.lines)) {
      taken.set(itemId, (taken.get(itemId) ?? 0n) + BigInt(quantity));
    }
    await lockItems(tx, [...taken.keys()]);
    await takeFromInitialStock(tx, taken);
    const ids = ended.map((reservation) => reservation.transactionId);
    await deleteReservations(tx, ids);
    return ids.length;
  });
