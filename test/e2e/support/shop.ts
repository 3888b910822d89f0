import { setTimeout as delay } from "node:timers/promises";
import { ErrorReason } from "@waybill/contracts/errors";
import type { CreateOrderRequest, Order } from "@waybill/contracts/order";
import { ActorKind } from "@waybill/contracts/status";
import { isUnavailable, Refusal } from "@waybill/rpc";
import type { Clients } from "./clients.ts";

export const customer = { kind: ActorKind.CUSTOMER, id: "ada" } as const;
export const admin = { kind: ActorKind.ADMIN, id: "root" } as const;
export const coordinator = { kind: ActorKind.COORDINATOR, id: "travel" } as const;

/** More than any test orders. */
const plenty = 1_000_000n;
const retryMs = 100;
const giveUpAfterMs = 60_000;

/** One customer and some items of which there is plenty. */
export async function openShop(clients: Clients): Promise<void> {
  await clients.user.createUser({ userId: "ada", name: "Ada", email: "ada@example.org" });
  for (const itemId of ["tea", "cup", "pot"]) await stockItem(clients, itemId, plenty);
}

/** Adds an item of 2.50 EUR, of which there are so many pieces. */
export async function stockItem(clients: Clients, itemId: string, onHand: bigint): Promise<void> {
  const unitPrice = { minorUnits: 250n, currency: "EUR" };
  await clients.item.createItem({ itemId, name: itemId, unitPrice, onHand });
}

/** An order of Ada's for two lines, unless told otherwise. */
export const request = (given: Partial<CreateOrderRequest> = {}): Partial<CreateOrderRequest> => ({
  userId: "ada",
  lines: [line("tea", 2), line("cup", 1)],
  paymentMethod: "pm_ok",
  ...given,
});

export const line = (itemId: string, quantity: number) => ({
  itemId,
  quantity,
  name: "",
  unitPrice: undefined,
});

/** Places an order as a patient client does: whatever is UNAVAILABLE is repeated with the same request_id. */
export async function place(
  clients: Clients,
  requestId: string,
  given: Partial<CreateOrderRequest> = {},
): Promise<Order> {
  const { order } = await patiently(() =>
    clients.order.createOrder(request({ requestId, ...given })),
  );
  if (order === undefined) throw new Error("CreateOrder answered no order");
  return order;
}

/** Repeats a call while it is refused as UNAVAILABLE. */
async function patiently<T>(call: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + giveUpAfterMs;
  while (true) {
    try {
      return await call();
    } catch (error) {
      if (!isUnavailable(error) || performance.now() > deadline) throw error;
      await delay(retryMs);
    }
  }
}

/** Places so many orders side by side; answers their ids. */
export async function placeMany(clients: Clients, name: string, count: number): Promise<string[]> {
  const orders = await Promise.all(
    Array.from({ length: count }, (_, index) => place(clients, `${name}-${index}`)),
  );
  return orders.map(({ orderId }) => orderId);
}

/** How the orders of a crowd are paid, one after the other. */
const mixedMethods = [
  "pm_ok",
  "pm_ok",
  "pm_declined",
  "pm_ok",
  "pm_flaky",
  "pm_ok",
  "pm_pending",
  "pm_ok",
  "pm_timeout",
  "pm_ok",
  "pm_slow",
];
/** Every so-manieth order is cancelled by its customer at once. */
const cancelledOneIn = 7;

/** Cancels an order as its customer, who may be too late. */
export async function cancelUnlessTooLate(clients: Clients, orderId: string): Promise<void> {
  try {
    await patiently(() => clients.order.cancelOrder({ orderId, actor: customer }));
  } catch (error) {
    const isTooLate = error instanceof Refusal && error.reason === ErrorReason.NOT_CANCELLABLE;
    if (!isTooLate) throw error;
  }
}

/** Enough to be busy, few enough to be quick. */
const buyers = 6;
const pauseMs = 30;
/** Orders accepted before the fault begins, and after it is over. */
const margin = 12;

/**
 * Lets orders flow while something happens, for a while before and after it, paid in all ways, some of them cancelled. Answers the ids of all
 * that were accepted.
 */
export async function whileOrdersFlow(
  clients: Clients,
  name: string,
  happen: () => Promise<void>,
): Promise<string[]> {
  const accepted: string[] = [];
  let next = 0;
  let enough = Number.POSITIVE_INFINITY;
  const { promise: flowing, resolve } = Promise.withResolvers<void>();
  const buy = async () => {
    while (accepted.length < enough) {
      const number = next++;
      const paymentMethod = mixedMethods[number % mixedMethods.length];
      const { orderId } = await place(clients, `${name}-${number}`, { paymentMethod });
      accepted.push(orderId);
      if (number % cancelledOneIn === 0) await cancelUnlessTooLate(clients, orderId);
      if (accepted.length >= margin) resolve();
      await delay(pauseMs);
    }
  };
  const bought = Promise.all(Array.from({ length: buyers }, buy));
  await Promise.race([flowing, bought]);
  await Promise.race([happen(), bought]);
  enough = accepted.length + margin;
  await bought;
  return accepted;
}
