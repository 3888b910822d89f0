import type { Logger } from "@waybill/chassis";
import type { CreateStatusRequest, Status } from "@waybill/contracts/status";
import { ReservationMode } from "@waybill/contracts/status";
import type { Database } from "@waybill/persistence";
import { isUnavailable } from "@waybill/rpc";
import { markAnnounced, readUnannounced } from "../db/orderStore.ts";
import type { Order } from "../domain/order.ts";
import type { StatusPort } from "./ports.ts";

/** How many orders are announced by one call. */
const batchSize = 256;

/** How long an order is left to the process that stored it, before the sweeper announces it. Unit: ms. */
const sweepAfterMs = 2_000;

/** Tells status of stored orders. What fails is remembered by the order's own row and tried again by `sweep`. */
export interface Announcer {
  /** The current status of each order that status now knows; never throws. */
  announce(orders: readonly Order[]): Promise<ReadonlyMap<string, Status>>;
  /** Announces what was left over; `again` when there may be more. While status is away, it is left for the next time. */
  sweep(): Promise<{ again: boolean }>;
}

export function createAnnouncer(db: Database, statuses: StatusPort, logger: Logger): Announcer {
  const create = async (orders: readonly Order[]): Promise<Map<string, Status>> => {
    const known = new Map<string, Status>();
    for (let start = 0; start < orders.length; start += batchSize) {
      const requests = orders.slice(start, start + batchSize).map(createStatusRequest);
      const { results } = await statuses.batchCreateStatuses({ requests });
      for (const { result } of results) {
        const status = result?.$case === "response" ? result.value.status : undefined;
        if (status !== undefined) known.set(status.orderId, status);
        else logger.warn({ failure: result?.value }, "status did not take an order");
      }
    }
    return known;
  };
  // The answer does not wait for this mark: without it the order is merely announced once more.
  const remember = async (orderIds: readonly string[]): Promise<void> => {
    try {
      if (orderIds.length > 0) await markAnnounced(db, orderIds);
    } catch (error) {
      logger.warn({ err: error, orders: orderIds.length }, "could not mark orders as announced");
    }
  };
  const newlyKnown = (orders: readonly Order[], known: ReadonlyMap<string, Status>): string[] =>
    orders.filter((order) => !order.isAnnounced && known.has(order.orderId)).map(idOf);

  return {
    announce: async (orders) => {
      try {
        const known = await create(orders);
        void remember(newlyKnown(orders, known));
        return known;
      } catch (error) {
        logger.warn({ err: error, orders: orders.length }, "orders are to be announced later");
        return new Map();
      }
    },
    sweep: async () => {
      const due = await readUnannounced(db, new Date(Date.now() - sweepAfterMs), batchSize);
      if (due.length === 0) return { again: false };
      try {
        const known = await create(due);
        await remember(newlyKnown(due, known));
        logger.info({ orders: known.size, due: due.length }, "announced orders left over");
        return { again: due.length === batchSize && known.size > 0 };
      } catch (error) {
        // Its client says aloud that status is away; to try again soon costs little.
        if (!isUnavailable(error)) throw error;
        return { again: false };
      }
    },
  };
}

const idOf = (order: Order): string => order.orderId;

function createStatusRequest(order: Order): CreateStatusRequest {
  return {
    orderId: order.orderId,
    userId: order.content.userId,
    total: order.prices?.total,
    reservationMode: ReservationMode[order.reservationMode],
    placedAt: order.placedAt,
    expiresAt: order.expiresAt,
    traceparent: order.traceparent,
  };
}
