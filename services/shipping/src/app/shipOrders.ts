import type { Logger } from "@waybill/chassis";
import type { OrderToMove } from "@waybill/fulfilment";
import type { Database } from "@waybill/persistence";
import { insertShipments, markShipped, readUnshipped, type Shipment } from "../db/shipmentStore.ts";
import type { Carrier } from "../domain/carrier.ts";

/** An order that is ready to be shipped. */
export interface ReadyOrder extends OrderToMove {
  readonly userId: string;
}

/** How many shipments are taken up at a time by the sweeper. */
const sweepBatch = 256;

/** How long a shipment is left to the consumer that recorded it. Unit: ms. */
const sweepAfterMs = 5_000;

export interface ShippingParts {
  readonly db: Database;
  readonly carrier: Carrier;
  /** Moves orders to SHIPPED; answers those that are there. Throws when status is away. */
  readonly moveOrders: (orders: readonly OrderToMove[]) => Promise<readonly string[]>;
  readonly logger: Logger;
}

/**
 * Books and records a batch of shipments; resolves once they are recorded. Moving the orders follows from the records, now, or by `sweep`
 * should status be away.
 */
export const shipOrders =
  (parts: ShippingParts) =>
  async (orders: readonly ReadyOrder[], signal: AbortSignal): Promise<void> => {
    const byId = new Map(orders.map((order) => [order.orderId, order]));
    const bookings = await parts.carrier.book([...byId.keys()], signal);
    const bookedAt = new Date();
    const shipments = bookings.flatMap(({ orderId, carrier, trackingNumber }) => {
      const order = byId.get(orderId);
      if (order === undefined) return [];
      return [{ ...order, carrier, trackingNumber, bookedAt, shippedAt: undefined }];
    });
    await insertShipments(parts.db, shipments);
    try {
      await move(parts, shipments);
    } catch (error) {
      parts.logger.warn({ err: error, orders: shipments.length }, "orders are to be moved later");
    }
  };

/** Moves the orders of shipments that were left over; `again` when there may be more. Throws when status is away. */
export const sweep = (parts: ShippingParts) => async (): Promise<{ again: boolean }> => {
  const due = await readUnshipped(parts.db, new Date(Date.now() - sweepAfterMs), sweepBatch);
  const moved = due.length > 0 ? await move(parts, due) : 0;
  return { again: due.length === sweepBatch && moved > 0 };
};

async function move(parts: ShippingParts, shipments: readonly Shipment[]): Promise<number> {
  const moved = await parts.moveOrders(shipments);
  if (moved.length > 0) await markShipped(parts.db, moved, new Date());
  return moved.length;
}
