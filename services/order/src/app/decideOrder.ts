import { ErrorReason } from "@waybill/contracts/errors";
import type { Actor, Status } from "@waybill/contracts/status";
import { ActorKind, OrderState } from "@waybill/contracts/status";
import type { Database } from "@waybill/persistence";
import { Refusal, refuse } from "@waybill/rpc";
import type { Stored } from "../db/orderRow.ts";
import { insertTombstones, readOrders } from "../db/orderStore.ts";
import type { Order } from "../domain/order.ts";
import type { Announcer } from "./announcer.ts";
import type { OrderView } from "./orderView.ts";
import type { StatusPort } from "./ports.ts";
import { cancelled, orderNotFound, statusAway } from "./refusals.ts";

export interface DecisionParts {
  readonly db: Database;
  readonly statuses: StatusPort;
  readonly announcer: Announcer;
}

/** Cancels a PENDING order; undefined when a coordinator has cancelled an order that was never placed. Refusals are thrown. */
export const cancelOrder =
  (parts: DecisionParts) =>
  async (orderId: string, actor: Actor, reason: string): Promise<OrderView | undefined> => {
    const isCoordinator = actor.kind === ActorKind.COORDINATOR;
    if (isCoordinator) await insertTombstones(parts.db, [orderId]);
    const found = await find(parts.db, orderId);
    if (isCoordinator && found?.kind === "abandoned") return undefined;
    const order = ownOrder(found, orderId, actor);
    const current = await announced(parts, order);
    const status = await move(parts, current, OrderState.CANCELLED, actor, reason);
    if (status.state === OrderState.CANCELLED) return { order, status };
    throw notCancellable(status);
  };

/** Confirms a tried order, which is the decision itself. Refusals are thrown. */
export const confirmOrder =
  (parts: DecisionParts) =>
  async (orderId: string, actor: Actor): Promise<OrderView> => {
    const found = await find(parts.db, orderId);
    if (found?.kind === "abandoned") throw cancelled(orderId, "it was never placed");
    const order = ownOrder(found, orderId, actor);
    const current = await announced(parts, order);
    const status = await move(parts, current, OrderState.CONFIRMED, actor, "");
    if (status.state === OrderState.CANCELLED) throw cancelled(orderId, status.reason);
    return { order, status };
  };

async function find(db: Database, orderId: string): Promise<Stored | undefined> {
  return (await readOrders(db, [orderId])).get(orderId);
}

function ownOrder(found: Stored | undefined, orderId: string, actor: Actor): Order {
  if (found?.kind !== "stored") throw orderNotFound(orderId);
  const isForeign = actor.kind === ActorKind.CUSTOMER && actor.id !== found.order.content.userId;
  if (isForeign) throw orderNotFound(orderId);
  return found.order;
}

/** Status decides, so it has to know the order first. */
async function announced({ announcer }: DecisionParts, order: Order): Promise<Status> {
  const status = (await announcer.announce([order])).get(order.orderId);
  if (status !== undefined) return status;
  throw statusAway();
}

/** Asks for a decision on a PENDING order; the status that holds afterwards, whoever has made the decision. */
async function move(
  { statuses }: DecisionParts,
  current: Status,
  newState: OrderState,
  actor: Actor,
  reason: string,
): Promise<Status> {
  if (current.state !== OrderState.PENDING) return current;
  const { orderId } = current;
  const expectedState = OrderState.PENDING;
  try {
    const request = { orderId, expectedState, newState, actor, reason };
    const { status } = await statuses.updateStatus(request);
    if (status === undefined) throw new Error("status answered an update without a status");
    return status;
  } catch (error) {
    const hasLostRace = error instanceof Refusal && error.reason === ErrorReason.STATE_MISMATCH;
    if (!hasLostRace) throw error;
    const { results } = await statuses.batchGetStatuses({ orderIds: [orderId] });
    const winner = results[0]?.result;
    if (winner?.$case === "response" && winner.value.status) return winner.value.status;
    throw error;
  }
}

function notCancellable(status: Status): Refusal {
  const name = stateNames.get(status.state) ?? "UNKNOWN";
  return refuse.failedPrecondition(
    ErrorReason.NOT_CANCELLABLE,
    `Order cannot be cancelled. Current status: ${name}`,
    { order_id: status.orderId, current_state: name },
  );
}

const stateNames = new Map<number, string>(
  Object.entries(OrderState).map(([name, number]) => [number, name]),
);
