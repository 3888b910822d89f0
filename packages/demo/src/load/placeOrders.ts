import { ErrorReason } from "@waybill/contracts/errors";
import { ActorKind } from "@waybill/contracts/status";
import { Refusal, reasonName, Status } from "@waybill/rpc";
import type { LoadOptions } from "../cli/arguments.ts";
import { persistently } from "../persistently.ts";
import type { Orders } from "../shop.ts";
import type { Ends } from "./ends.ts";
import { type Wish, wishOf } from "./mix.ts";

/** What became of the requests. */
export interface Placed {
  accepted: number;
  /** Requests that were sent again, because there was no answer. */
  repeated: number;
  /** Requests that were sent twice at the same time. */
  doubled: number;
  /** Of those, how many were answered with two orders: never. */
  doubledWrongly: number;
  cancelled: number;
  /** Cancels that came after the decision. */
  tooLate: number;
  /** Refusals, by reason. */
  readonly refused: Map<string, number>;
}

export const nothingPlaced = (): Placed => ({
  accepted: 0,
  repeated: 0,
  doubled: 0,
  doubledWrongly: 0,
  cancelled: 0,
  tooLate: 0,
  refused: new Map(),
});

/**
 * Places the orders of this run, so many at a time; `placed` and `ends` tell how far it is. A request that is not answered is repeated, a refused
 * one is counted.
 */
export async function placeOrders(
  orders: Orders,
  run: string,
  { orders: count, concurrency, seed, cancelsPercent }: LoadOptions,
  placed: Placed,
  ends: Ends,
): Promise<void> {
  let next = 0;
  const customer = async () => {
    while (next < count) {
      const index = next++;
      await placeOne(orders, `${run}-${index}`, wishOf(seed, index, cancelsPercent), placed, ends);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, count) }, customer));
}

async function placeOne(
  orders: Orders,
  requestId: string,
  wish: Wish,
  placed: Placed,
  ends: Ends,
): Promise<void> {
  try {
    const sent = Array.from({ length: wish.isDoubled ? 2 : 1 }, () =>
      send(orders, requestId, wish, placed),
    );
    const ids = await Promise.all(sent);
    const [orderId = ""] = ids;
    if (wish.isDoubled) placed.doubled += 1;
    if (new Set(ids).size > 1) placed.doubledWrongly += 1;
    placed.accepted += 1;
    for (const id of ids) ends.accept(id);
    if (wish.isCancelled) await cancel(orders, orderId, wish.userId, placed);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    countRefusal(placed, error);
  }
}

async function send(
  orders: Orders,
  requestId: string,
  { userId, lines, paymentMethod }: Wish,
  placed: Placed,
): Promise<string> {
  const request = { requestId, userId, lines: [...lines], paymentMethod };
  const { order } = await persistently(
    () => orders.createOrder(request),
    () => {
      placed.repeated += 1;
    },
  );
  if (order === undefined) throw new Error(`The answer to ${requestId} has no order`);
  return order.orderId;
}

/** As its customer; that it is too late is an ordinary answer. */
async function cancel(
  orders: Orders,
  orderId: string,
  userId: string,
  placed: Placed,
): Promise<void> {
  const actor = { kind: ActorKind.CUSTOMER, id: userId };
  try {
    await persistently(
      () => orders.cancelOrder({ orderId, actor, reason: "CHANGED_MY_MIND" }),
      () => {
        placed.repeated += 1;
      },
    );
    placed.cancelled += 1;
  } catch (error) {
    const isLate = error instanceof Refusal && error.reason === ErrorReason.NOT_CANCELLABLE;
    if (!isLate) throw error;
    placed.tooLate += 1;
  }
}

function countRefusal({ refused }: Placed, { code, reason, message }: Refusal): void {
  const name =
    reason === ErrorReason.UNSPECIFIED ? `${Status[code]}: ${message}` : reasonName(reason);
  refused.set(name, (refused.get(name) ?? 0) + 1);
}
