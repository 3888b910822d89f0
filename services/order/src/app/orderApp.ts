import {
  type BatchingPoint,
  type BatchingPointOptions,
  createBatchingPoint,
} from "@waybill/batching";
import type { Logger } from "@waybill/chassis";
import type { Actor } from "@waybill/contracts/status";
import { type Database, isTransient } from "@waybill/persistence";
import { isUnavailable } from "@waybill/rpc";
import { abandonOrders, type Fate } from "./abandonOrders.ts";
import { createAnnouncer } from "./announcer.ts";
import { cancelOrder, confirmOrder } from "./decideOrder.ts";
import { holdStock, type ReservationFallback } from "./holdStock.ts";
import { type ListRequest, listOrders, type OrderPage } from "./listOrders.ts";
import type { OrderView } from "./orderView.ts";
import type { Placement, PlacementResult } from "./placement.ts";
import { describePlacement } from "./placementMetrics.ts";
import { placeOrders } from "./placeOrders.ts";
import type { ItemPort, StatusPort, UserPort } from "./ports.ts";
import { readOrderViews, type ViewRequest, type ViewResult } from "./readOrderViews.ts";
import { type Pricing, type PricingResult, recordPrices } from "./recordPrices.ts";
import { releaseHolds } from "./releaseHolds.ts";
import { createUserDirectory } from "./userDirectory.ts";

export interface OrderParts {
  readonly db: Database;
  readonly users: UserPort;
  readonly items: ItemPort;
  readonly statuses: StatusPort;
  readonly fallback: ReservationFallback;
  readonly maxBatchSize: number;
  readonly lanes: number;
  readonly logger: Logger;
}

/** What the service does. Disposal finishes what was taken. */
export interface OrderApp extends AsyncDisposable {
  readonly placements: BatchingPoint<Placement, PlacementResult>;
  readonly views: BatchingPoint<ViewRequest, ViewResult>;
  readonly pricings: BatchingPoint<Pricing, PricingResult>;
  readonly abandonments: BatchingPoint<string, Fate>;
  listOrders(request: ListRequest): Promise<OrderPage>;
  /** Throws Refusals; undefined when a coordinator has cancelled an order that was never placed. */
  cancelOrder(orderId: string, actor: Actor, reason: string): Promise<OrderView | undefined>;
  /** Throws Refusals. */
  confirmOrder(orderId: string, actor: Actor): Promise<OrderView>;
  /** Announces orders that were left over. */
  announceLeftOver(): Promise<void>;
}

export function orderApp(parts: OrderParts): OrderApp {
  const { db, users, items, statuses, fallback, logger, maxBatchSize, lanes } = parts;
  const announcer = createAnnouncer(db, statuses, logger);
  const point = <In, Out>(
    name: string,
    handle: (batch: readonly In[]) => Promise<readonly Out[]>,
    describe?: BatchingPointOptions<In, Out>["describe"],
  ) => {
    const limits = { maxBatchSize, lanes, isTransient: isNobodysFault };
    return createBatchingPoint({ name, handle, ...limits, ...(describe && { describe }) });
  };
  const placement = {
    db,
    users: createUserDirectory(users, logger),
    holdStock: holdStock(items, fallback, logger),
    releaseHolds: releaseHolds(items, logger),
    announcer,
  };
  const placements = point("order.place", placeOrders(placement), describePlacement);
  const views = point("order.read", readOrderViews(db, statuses), ofOrder);
  const pricings = point("order.price", recordPrices(db), ofOrder);
  const abandonments = point("order.abandon", abandonOrders(db, announcer));
  const decision = { db, statuses, announcer };
  return {
    placements,
    views,
    pricings,
    abandonments,
    listOrders: listOrders(db, statuses),
    cancelOrder: cancelOrder(decision),
    confirmOrder: confirmOrder(decision),
    announceLeftOver: announcer.sweep,
    [Symbol.asyncDispose]: async () => {
      const points = [placements, views, pricings, abandonments];
      await Promise.all(points.map((one) => one[Symbol.asyncDispose]()));
    },
  };
}

const ofOrder = ({ orderId }: { readonly orderId: string }) => ({ "waybill.order_id": orderId });

/** Whether a failure would be the same for any element of the batch. */
const isNobodysFault = (error: unknown): boolean => isTransient(error) || isUnavailable(error);
