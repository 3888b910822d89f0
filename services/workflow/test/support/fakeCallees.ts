import { ErrorReason } from "@waybill/contracts/errors";
import { Order } from "@waybill/contracts/order";
import { OrderState } from "@waybill/contracts/status";
import { refuse } from "@waybill/rpc";
import type { Callees } from "../../src/app/ports.ts";
import { type FakeOrder, resultsOf, total, type World } from "./world.ts";

/** In-process stand-ins for the four services, which behave as their contracts say. */
export function fakeCallees(world: World): Callees {
  return {
    order: orderOf(world),
    item: itemOf(world),
    payment: paymentOf(world),
    status: statusOf(world),
  };
}

const line = (itemId: string) => ({ itemId, quantity: 2 });

const contentOf = ({ status, itemId, paymentMethod, priced }: FakeOrder): Order =>
  Order.fromPartial({
    orderId: status.orderId,
    userId: status.userId,
    lines: [line(itemId)],
    paymentMethod,
    total: priced ? total : undefined,
  });

const orderOf = (world: World): Callees["order"] => ({
  batchGetOrders: async ({ orderIds = [] }) => {
    await world.called("order", "batchGetOrders");
    return { results: resultsOf(orderIds, (id) => ({ order: contentOf(world.order(id)) })) };
  },
  batchRecordPrices: async ({ requests = [] }) => {
    await world.called("order", "batchRecordPrices");
    return {
      results: resultsOf(requests, ({ orderId = "" }) => {
        const order = world.order(orderId);
        order.priced = true;
        return { order: contentOf(order) };
      }),
    };
  },
});

const cancelled = () =>
  refuse.aborted(ErrorReason.TRANSACTION_CANCELLED, "the transaction was cancelled");

/** What items and payment methods of these names answer. */
const refusals: Readonly<Record<string, () => Error>> = {
  "sold-out": () => refuse.failedPrecondition(ErrorReason.OUT_OF_STOCK, "out of stock"),
  unknown: () => refuse.notFound(ErrorReason.ITEM_NOT_FOUND, "no such item"),
  mixed: () => refuse.failedPrecondition(ErrorReason.MIXED_CURRENCIES, "mixed currencies"),
  pm_declined: () => refuse.failedPrecondition(ErrorReason.PAYMENT_DECLINED, "declined"),
  pm_lost: () => refuse.failedPrecondition(ErrorReason.AUTHORIZATION_LOST, "dropped"),
};

const itemOf = (world: World): Callees["item"] => ({
  batchTryReservations: async ({ requests = [] }) => {
    await world.called("item", "batchTryReservations");
    const results = resultsOf(requests, ({ transactionId = "" }) => {
      const order = world.order(transactionId);
      if (order.reservation === "CANCELLED") throw cancelled();
      const refusal = refusals[order.itemId];
      if (refusal !== undefined) throw refusal();
      order.reservation = order.reservation === "NONE" ? "TRIED" : order.reservation;
      const lines = [{ ...line(order.itemId), name: "Item", unitPrice: total }];
      return { reservation: { lines, total }, replayed: false };
    });
    return { results } as never;
  },
  batchConfirmReservations: async ({ requests = [] }) => {
    await world.called("item", "batchConfirmReservations");
    return { results: confirmAll(world, "reservation", requests) };
  },
  batchCancelReservations: async ({ requests = [] }) => {
    await world.called("item", "batchCancelReservations");
    return { results: cancelAll(world, "reservation", requests) };
  },
});

function authorise(order: FakeOrder): void {
  if (order.payment === "CANCELLED") throw cancelled();
  if (order.payment === "DECLINED") throw refusals.pm_declined?.();
  if (order.payment === "TRIED" || order.payment === "CONFIRMED") return;
  if (order.paymentMethod === "pm_pending") {
    order.payment = "PENDING";
    throw refuse.unavailable(ErrorReason.PAYMENT_PENDING, "the provider has not answered", 50);
  }
  order.payment = order.paymentMethod === "pm_declined" ? "DECLINED" : "TRIED";
  if (order.payment === "DECLINED") throw refusals.pm_declined?.();
}

const paymentOf = (world: World): Callees["payment"] => ({
  batchTryPayments: async ({ requests = [] }) => {
    await world.called("payment", "batchTryPayments");
    const results = resultsOf(requests, ({ transactionId = "", amount }) => {
      if (amount === undefined) throw refuse.invalidField("amount", "must be given");
      authorise(world.order(transactionId));
      return { payment: undefined, replayed: false };
    });
    await world.afterTryPayments();
    return { results } as never;
  },
  batchConfirmPayments: async ({ requests = [] }) => {
    await world.called("payment", "batchConfirmPayments");
    return { results: confirmAll(world, "payment", requests) };
  },
  batchCancelPayments: async ({ requests = [] }) => {
    await world.called("payment", "batchCancelPayments");
    return { results: cancelAll(world, "payment", requests) };
  },
});

type Transactions = readonly { readonly transactionId?: string }[];

const confirmAll = (world: World, branch: "reservation" | "payment", requests: Transactions) =>
  resultsOf(requests, ({ transactionId = "" }) => {
    const order = world.order(transactionId);
    const lost = branch === "payment" ? refusals[order.paymentMethod] : undefined;
    if (lost !== undefined) throw lost();
    if (order[branch] === "CANCELLED") throw cancelled();
    if (order[branch] !== "TRIED" && order[branch] !== "CONFIRMED") {
      throw refuse.failedPrecondition(ErrorReason.NOT_TRIED, "nothing to confirm");
    }
    order[branch] = "CONFIRMED";
    return { replayed: false };
  });

const cancelAll = (world: World, branch: "reservation" | "payment", requests: Transactions) =>
  resultsOf(requests, ({ transactionId = "" }) => {
    const order = world.order(transactionId);
    if (order[branch] === "CONFIRMED") {
      throw refuse.failedPrecondition(ErrorReason.ALREADY_CONFIRMED, "confirmed already");
    }
    order[branch] = "CANCELLED";
    return { replayed: false };
  });

const statusOf = (world: World): Callees["status"] => ({
  batchGetStatuses: async ({ orderIds = [] }) => {
    await world.called("status", "batchGetStatuses");
    return { results: resultsOf(orderIds, (id) => ({ status: { ...world.order(id).status } })) };
  },
  batchMarkTried: async ({ requests = [] }) => {
    await world.called("status", "batchMarkTried");
    const results = resultsOf(requests, ({ orderId = "" }) => {
      const { status } = world.order(orderId);
      if (status.state === OrderState.CANCELLED) {
        throw refuse.aborted(ErrorReason.ORDER_CANCELLED, "the order is cancelled");
      }
      status.tried = true;
      status.total ??= total;
      return { status: { ...status } };
    });
    return { results };
  },
  batchUpdateStatuses: async ({ requests = [] }) => {
    await world.called("status", "batchUpdateStatuses");
    const results = requests.map(({ orderId = "", expectedState = 0, newState = 0, ...asked }) => {
      const { reason, tried } = asked;
      const [element] = resultsOf([orderId], () => {
        const { status } = world.order(orderId);
        const isPending = status.state === OrderState.PENDING;
        if (isPending && newState === OrderState.CONFIRMED && !status.tried && !tried) {
          throw refuse.failedPrecondition(ErrorReason.TRY_INCOMPLETE, "not tried");
        }
        if (isPending && tried)
          Object.assign(status, { tried: true, total: status.total ?? total });
        if (!world.move(orderId, expectedState, newState, reason)) {
          throw refuse.failedPrecondition(ErrorReason.STATE_MISMATCH, "another one was faster");
        }
        return { status: undefined, replayed: false };
      });
      return { result: element?.result, current: { ...world.order(orderId).status } };
    });
    return { results };
  },
});
