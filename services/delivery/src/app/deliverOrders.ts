import type { Logger } from "@waybill/chassis";
import { type OrderToMove, sweepLeftovers } from "@waybill/fulfilment";
import type { Database } from "@waybill/persistence";
import { isUnavailable } from "@waybill/rpc";
import { type Delivery, insertDeliveries, markDelivered, readDue } from "../db/deliveryStore.ts";

/** An order that was handed to the carrier. */
export interface ShippedOrder extends OrderToMove {
  readonly userId: string;
}

/** How long a delivery without transit is left to the consumer that recorded it. Unit: ms. */
const consumersGraceMs = 5_000;

export interface DeliveryParts {
  readonly db: Database;
  /** How long the simulated carrier is on its way. Unit: ms. */
  readonly transitMs: number;
  /** Moves orders to DELIVERED; answers those that are there. Throws when status is away. */
  readonly moveOrders: (orders: readonly OrderToMove[]) => Promise<readonly string[]>;
  readonly logger: Logger;
}

/**
 * Records a batch of deliveries; resolves once they are recorded. Moving the orders when they are due follows from the records, now, or by
 * `sweep`.
 */
export const deliverOrders =
  (parts: DeliveryParts) =>
  async (orders: readonly ShippedOrder[]): Promise<void> => {
    const startedAt = new Date();
    const dueAt = new Date(startedAt.getTime() + parts.transitMs);
    const byId = new Map(orders.map((order) => [order.orderId, order]));
    const deliveries = [...byId.values()].map((order) => ({
      ...order,
      startedAt,
      dueAt,
      deliveredAt: undefined,
    }));
    await insertDeliveries(parts.db, deliveries);
    if (parts.transitMs > 0) return;
    try {
      await move(parts, deliveries);
    } catch (error) {
      parts.logger.warn({ err: error, orders: deliveries.length }, "orders are to be moved later");
    }
  };

/** Moves the orders whose deliveries are due. While status is away, they are left for the next time. */
export const sweep = (parts: DeliveryParts) => (): Promise<void> => {
  // What is due at once is the consumer's first.
  const graceMs = parts.transitMs > 0 ? 0 : consumersGraceMs;
  const by = new Date(Date.now() - graceMs);
  return sweepLeftovers<Delivery>({
    read: (after, limit) => readDue(parts.db, by, after, limit),
    move: (deliveries) => move(parts, deliveries),
    isAway: isUnavailable,
  });
};

async function move(parts: DeliveryParts, deliveries: readonly Delivery[]): Promise<void> {
  const moved = await parts.moveOrders(deliveries);
  if (moved.length > 0) await markDelivered(parts.db, moved, new Date());
}
