import { randomUUIDv7 } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { openLoop, seededRandom } from "@waybill/bench";
import {
  ActorKind,
  type CreateStatusResult,
  OrderState,
  type UpdateStatusResult,
} from "@waybill/contracts/status";
import type { ServiceName, Stack } from "@waybill/stack";
import type { Clients } from "../e2e/support/clients.ts";

/** Orders that go the same way together. */
const batch = 10;
/** How long an order stays in a state. Unit: ms. */
const stayMs = 200;
/** Beyond that, arrivals are left out: a stack that has stood still is not to meet all of them at once. */
const maxUnderWay = 200;
const seed = 1;
/** Lists have the latest placed first: orders that were there before, and have content, stay in front. Unit: ms. */
const ageMs = 60 * 24 * 3_600_000;

/** Whoever would act on the orders, too. */
const others: readonly ServiceName[] = [
  "workflow",
  "payment",
  "shipping",
  "delivery",
  "notification",
];

const { PENDING, CONFIRMED, PROCESSING, SHIPPED, DELIVERED } = OrderState;
const moves = [
  { by: "workflow", expectedState: PENDING, newState: CONFIRMED, tried: { total: undefined } },
  { by: "workflow", expectedState: CONFIRMED, newState: PROCESSING },
  { by: "shipping", expectedState: PROCESSING, newState: SHIPPED },
  { by: "delivery", expectedState: SHIPPED, newState: DELIVERED },
] as const;

/** Orders that are on the move. Disposing ends that, and rejects when one of them could not move on. */
export interface MovedOrders extends AsyncDisposable {
  /** How many have come to DELIVERED so far. */
  readonly delivered: number;
}

/**
 * From now on has so many orders per second go their way, by the RPCs of status and nothing else: no stock is held, nothing is paid, sent or
 * told, so that a small machine has room for a browser beside them. The services that would act on them are ended. Resolves when the first
 * ones have arrived.
 */
export async function moveOrders(
  stack: Stack,
  clients: Clients,
  perSecond: number,
): Promise<MovedOrders> {
  await Promise.all(others.map((service) => stack.halt(service)));
  const stop = new AbortController();
  const underWay = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const { promise: firstThere, resolve: onArrival } = Promise.withResolvers<void>();
  let delivered = 0;
  const go = async () => {
    try {
      await goTheirWay(clients);
      delivered += batch;
    } catch (error) {
      failures.push(error);
    }
    onArrival();
  };
  const send = async () => {
    if (underWay.size >= maxUnderWay) return;
    const going = go();
    underWay.add(going);
    await going;
    underWay.delete(going);
  };
  const arrivals = openLoop({}, perSecond / batch, seededRandom(seed));
  const ended = arrivals(send, stop.signal).catch(() => {}); // It ends by being stopped, and no other way.
  await firstThere;
  return {
    get delivered() {
      return delivered;
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await ended;
      await Promise.all(underWay);
      if (failures.length > 0) throw failures[0];
    },
  };
}

async function goTheirWay({ status }: Clients): Promise<void> {
  const orderIds = Array.from({ length: batch }, () => randomUUIDv7());
  const placedAt = new Date(Date.now() - ageMs);
  const total = { minorUnits: 1_000n, currency: "EUR" };
  const { results } = await status.batchCreateStatuses({
    requests: orderIds.map((orderId) => ({ orderId, userId: "mover", total, placedAt })),
  });
  throwFailure(results);
  for (const { by, ...move } of moves) {
    await delay(stayMs);
    const actor = { kind: ActorKind.SERVICE, id: by };
    const requests = orderIds.map((orderId) => ({ orderId, actor, ...move }));
    throwFailure((await status.batchUpdateStatuses({ requests })).results);
  }
}

function throwFailure(results: readonly (CreateStatusResult | UpdateStatusResult)[]): void {
  for (const { result } of results)
    if (result?.$case === "failure") throw new Error(result.value.message);
}
