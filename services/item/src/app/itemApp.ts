import { type BatchingPoint, createBatchingPoint } from "@waybill/batching";
import type { Logger } from "@waybill/chassis";
import { type Database, isTransient } from "@waybill/persistence";
import { countOperations, describeOperation, type FateSources } from "@waybill/tcc";
import { findItems, listItems } from "../db/itemRows.ts";
import { findReservation } from "../db/reservationRows.ts";
import type { Item } from "../domain/item.ts";
import type {
  Reservation,
  ReservationOperation,
  ReservationOutcome,
} from "../domain/reservation.ts";
import { adjustStock } from "./adjustStock.ts";
import { applyOperations } from "./applyOperations.ts";
import { createItem } from "./createItem.ts";
import { purgeReservations } from "./purgeReservations.ts";
import { resolveExpiredHolds } from "./resolveExpiredHolds.ts";
import { updateItem } from "./updateItem.ts";

export interface ItemAppOptions extends FateSources {
  readonly db: Database;
  readonly logger: Logger;
  readonly now: () => Date;
  /** How long a hold may be undecided before its order's fate is asked for. Unit: ms. */
  readonly holdExpiryMs: number;
  /** Elements per batch at most. */
  readonly maxBatchSize: number;
  /** Batches in flight at most. */
  readonly lanes: number;
}

/** The use cases of the service. Disposal finishes the reservations under way. */
export interface ItemApp extends AsyncDisposable {
  /** The one point through which reservations are tried, confirmed and cancelled. */
  readonly reservations: BatchingPoint<ReservationOperation, ReservationOutcome>;
  readonly createItem: ReturnType<typeof createItem>;
  readonly updateItem: ReturnType<typeof updateItem>;
  readonly adjustStock: ReturnType<typeof adjustStock>;
  readonly findItems: (itemIds: readonly string[]) => Promise<ReadonlyMap<string, Item>>;
  readonly listItems: (afterId: string, limit: number) => Promise<readonly Item[]>;
  readonly findReservation: (transactionId: string) => Promise<Reservation | undefined>;
  readonly resolveExpiredHolds: ReturnType<typeof resolveExpiredHolds>;
  readonly purgeReservations: ReturnType<typeof purgeReservations>;
}

export function itemApp(options: ItemAppOptions): ItemApp {
  const { db, now, logger, maxBatchSize, lanes } = options;
  const apply = applyOperations(options);
  const reservations = createBatchingPoint<ReservationOperation, ReservationOutcome>({
    name: "item.reservations",
    handle: async (operations) => {
      const outcomes = await apply(operations);
      countOperations(operations, outcomes, logger);
      return outcomes;
    },
    describe: describeOperation,
    maxBatchSize,
    lanes,
    isTransient,
  });
  return {
    reservations,
    createItem: createItem(db, now),
    updateItem: updateItem(db, now),
    adjustStock: adjustStock(db, now),
    findItems: (itemIds) => findItems(db, itemIds),
    listItems: (afterId, limit) => listItems(db, afterId, limit),
    findReservation: (transactionId) => findReservation(db, transactionId),
    resolveExpiredHolds: resolveExpiredHolds({ ...options, reservations }),
    purgeReservations: purgeReservations(options),
    [Symbol.asyncDispose]: () => reservations[Symbol.asyncDispose](),
  };
}
