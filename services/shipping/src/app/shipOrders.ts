import type { Logger } from "@waybill/chassis";
import { type OrderToMove, sweepLeftovers } from "@waybill/fulfilment";
import type { Database } from "@waybill/persistence";
import { isUnavailable } from "@waybill/rpc";
import { insertShipments, markShipped, readUnshipped, type Shipment } from "../db/shipmentStore.ts";
import type { Carrier } from "../domain/carrier.ts";

/** An order that is ready to be shipped. */
export interface ReadyOrder extends OrderToMove {
  readonly userId: string;
}

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

/** Moves the orders of shipments that were left over. While status is away, they are left for the next time. */
export const sweep = (parts: ShippingParts) => (): Promise<void> => {
  const before = new Date(Date.now() - sweepAfterMs);
  return sweepLeftovers<Shipment>({
    read: (after, limit) => readUnshipped(parts.db, before, after, limit),
    move: (shipments) => move(parts, shipments),
    isAway: isUnavailable,
  });
};

async function move(parts: ShippingParts, shipments: readonly Shipment[]): Promise<void> {
  const moved = await parts.moveOrders(shipments);
  if (moved.length > 0) await markShipped(parts.db, moved, new Date());
}
