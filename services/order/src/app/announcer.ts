import { metrics } from "@opentelemetry/api";
import { type Logger, sparingly } from "@waybill/chassis";
import type { CreateStatusRequest, Status } from "@waybill/contracts/status";
import { ReservationMode } from "@waybill/contracts/status";
import { sweepLeftovers } from "@waybill/fulfilment";
import type { Database } from "@waybill/persistence";
import { countFallback, isUnavailable } from "@waybill/rpc";
import { markAnnounced, readUnannounced } from "../db/orderStore.ts";
import type { Order } from "../domain/order.ts";
import type { StatusPort } from "./ports.ts";

/** How many orders are announced by one call. */
const batchSize = 256;

/** How long an order is left to the process that stored it, before the sweeper announces it. Unit: ms. */
const sweepAfterMs = 2_000;

const refusals = metrics
  .getMeter("waybill.order")
  .createCounter("waybill.order.refused_announcements", {
    description: "Stored orders that status refused to take. Each is announced again every second.",
    unit: "{order}",
  });

/** What stays refused is told of so often. Unit: ms. */
const complainEveryMs = 60_000;

/** Tells status of stored orders. What fails is remembered by the order's own row and tried again by `sweep`. */
export interface Announcer {
  /** The current status of each order that status now knows; never throws. */
  announce(orders: readonly Order[]): Promise<ReadonlyMap<string, Status>>;
  /** Announces what was left over, whatever becomes of the orders before. While status is away, it is left for the next time. */
  sweep(): Promise<void>;
}

export function createAnnouncer(db: Database, statuses: StatusPort, logger: Logger): Announcer {
  const complain = sparingly(complainEveryMs, (about: object) =>
    logger.warn(about, "status does not take orders"),
  );
  const create = async (orders: readonly Order[]): Promise<Map<string, Status>> => {
    const known = new Map<string, Status>();
    const failures: unknown[] = [];
    for (let start = 0; start < orders.length; start += batchSize) {
      const requests = orders.slice(start, start + batchSize).map(createStatusRequest);
      const { results } = await statuses.batchCreateStatuses({ requests });
      for (const { result } of results) {
        const status = result?.$case === "response" ? result.value.status : undefined;
        if (status !== undefined) known.set(status.orderId, status);
        else failures.push(result?.value);
      }
    }
    if (failures.length > 0) {
      refusals.add(failures.length);
      complain({ orders: failures.length, failure: failures[0] });
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
        countFallback("status", "announce later", orders.length);
        logger.warn({ err: error, orders: orders.length }, "orders are to be announced later");
        return new Map();
      }
    },
    sweep: () => {
      const before = new Date(Date.now() - sweepAfterMs);
      return sweepLeftovers<Order>({
        read: (after, limit) => readUnannounced(db, before, after, limit),
        move: async (due) => {
          const known = await create(due);
          await remember(newlyKnown(due, known));
          if (known.size > 0)
            logger.info({ orders: known.size, due: due.length }, "announced orders left over");
        },
        isAway: isUnavailable, // Its client says aloud that status is away.
      });
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
