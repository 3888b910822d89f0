import type { Database } from "@waybill/persistence";
import { insertTombstones, readOrders } from "../db/orderStore.ts";
import type { Announcer } from "./announcer.ts";

/** "unannounced": it is stored, and status could not be told of it. */
export type Fate = "abandoned" | "stored" | "unannounced";

/**
 * Settles the fate of orders that status does not know. The insert on the order's own primary key decides between this tombstone and a late
 * store: whichever comes first stands.
 */
export const abandonOrders =
  (db: Database, announcer: Announcer) =>
  async (orderIds: readonly string[]): Promise<readonly Fate[]> => {
    await insertTombstones(db, orderIds);
    const known = await readOrders(db, orderIds);
    const stored = [...known.values()].flatMap((row) => (row.kind === "stored" ? [row.order] : []));
    const announced = stored.length > 0 ? await announcer.announce(stored) : new Map();
    return orderIds.map((orderId) => {
      if (known.get(orderId)?.kind === "abandoned") return "abandoned";
      return announced.has(orderId) ? "stored" : "unannounced";
    });
  };
