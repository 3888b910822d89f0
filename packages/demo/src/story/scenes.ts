import { ErrorReason } from "@waybill/contracts/errors";
import type { CreateOrderRequest, CreateOrderResponse, Order } from "@waybill/contracts/order";
import { ActorKind, OrderState } from "@waybill/contracts/status";
import { Refusal, reasonName } from "@waybill/rpc";
import { persistently } from "../persistently.ts";
import { customers, rarity, type Shop, wares } from "../shop.ts";
import { watchOrder } from "../watchOrder.ts";
import { formatMoney, formatTimeline, stateName, traceIdOf } from "./timeline.ts";

/** Longer than the window, the retries of a slow payment and a restart together. */
const ORDER_ENDS_WITHIN_MS = 120_000;

/** Where a scene plays and how it is told. */
export interface Stage {
  readonly shop: Shop;
  /** Makes the ids of this run new ones. */
  readonly run: string;
  readonly tell: (line: string) => void;
  /** Shows something until the next line is told. */
  readonly show: (passing: string) => void;
}

/** A part of the story; answers whether it went as told. */
export interface Scene {
  readonly title: string;
  readonly play: (stage: Stage) => Promise<boolean>;
}

const [customer] = customers;
const [assam, sencha, strainer] = wares;

type Wish = Pick<CreateOrderRequest, "requestId" | "paymentMethod"> & {
  readonly lines: readonly { itemId: string; quantity: number }[];
};

const place = ({ shop }: Stage, wish: Wish): Promise<CreateOrderResponse> =>
  persistently(() =>
    shop.orders.createOrder({ ...wish, userId: customer, lines: [...wish.lines] }),
  );

export const scenes: readonly Scene[] = [
  {
    title: "An ordinary order",
    play: async (stage) => {
      const { order } = await place(stage, {
        requestId: `${stage.run}-ordinary`,
        lines: [line(assam, 2), line(strainer, 1)],
        paymentMethod: "pm_ok",
      });
      return follow(stage, told(stage, order), OrderState.DELIVERED);
    },
  },
  {
    title: "One whose payment is declined",
    play: async (stage) => {
      const { order } = await place(stage, {
        requestId: `${stage.run}-declined`,
        lines: [line(sencha, 1)],
        paymentMethod: "pm_declined",
      });
      return follow(stage, told(stage, order), OrderState.CANCELLED);
    },
  },
  {
    title: "One that is out of stock",
    play: async (stage) => {
      const wish = {
        requestId: `${stage.run}-short`,
        lines: [line(rarity, 2)],
        paymentMethod: "pm_ok",
      };
      stage.tell(`    Two of "${rarity.name}", of which there is one.`);
      return refused(stage, () => place(stage, wish), ErrorReason.OUT_OF_STOCK);
    },
  },
  {
    title: "One that its customer cancels in time",
    play: async (stage) => {
      const { order } = await place(stage, {
        requestId: `${stage.run}-cancelled`,
        lines: [line(assam, 1)],
        paymentMethod: "pm_ok",
      });
      const orderId = told(stage, order);
      return follow(stage, orderId, await cancel(stage, orderId));
    },
  },
  {
    title: "One that is sent three times",
    play: async (stage) => {
      const wish = {
        requestId: `${stage.run}-repeated`,
        lines: [line(strainer, 1)],
        paymentMethod: "pm_ok",
      };
      const answers = await Promise.all([1, 2, 3].map(() => place(stage, wish)));
      const ids = new Set(answers.map(({ order }) => order?.orderId));
      const orderId = told(stage, answers[0]?.order);
      stage.tell(
        `    Three answers at the same time, ${ids.size === 1 ? "one order" : "NOT ONE ORDER"}.`,
      );
      stage.tell("    The same request_id with other content:");
      const other = { ...wish, lines: [line(strainer, 2)] };
      const isRefused = await refused(
        stage,
        () => place(stage, other),
        ErrorReason.CONTENT_MISMATCH,
      );
      return (await follow(stage, orderId, OrderState.DELIVERED)) && isRefused && ids.size === 1;
    },
  },
];

const line = ({ itemId }: { itemId: string }, quantity: number) => ({ itemId, quantity });

/** Tells of an accepted order; answers its id. */
function told({ tell }: Stage, order: Order | undefined): string {
  const lines = order?.lines.map(({ quantity, name, itemId }) => `${quantity} × ${name || itemId}`);
  const { orderId = "", paymentMethod } = order ?? {};
  tell(`    ${orderId}: ${lines?.join(", ")}, ${formatMoney(order?.total)}, ${paymentMethod}`);
  return orderId;
}

/** Waits for the order's end, and tells its timeline. */
async function follow(stage: Stage, orderId: string, expected: OrderState): Promise<boolean> {
  const { shop, tell, show } = stage;
  const signal = AbortSignal.timeout(ORDER_ENDS_WITHIN_MS);
  const end = await watchOrder(
    shop.statuses,
    orderId,
    (state) => show(`    … ${stateName(state)}`),
    signal,
  );
  const { transitions } = await persistently(() => shop.statuses.listTransitions({ orderId }));
  tell(formatTimeline(transitions));
  const traceId = traceIdOf(transitions);
  if (traceId !== "") tell(`    trace ${traceId}`);
  if (end !== expected) tell(`    ✘ It ended in ${stateName(end)}, not in ${stateName(expected)}.`);
  return end === expected;
}

/** Answers the end that the order has to come to: a window of 0 is over at once. */
async function cancel({ shop, tell }: Stage, orderId: string): Promise<OrderState> {
  const actor = { kind: ActorKind.CUSTOMER, id: customer };
  try {
    await persistently(() =>
      shop.orders.cancelOrder({ orderId, actor, reason: "CHANGED_MY_MIND" }),
    );
    return OrderState.CANCELLED;
  } catch (error) {
    if (!isRefusal(error, ErrorReason.NOT_CANCELLABLE)) throw error;
    tell(`    Too late: ${error.message}`);
    return OrderState.DELIVERED;
  }
}

/** Tells of a refusal; whether it came, and for the reason that is expected. */
async function refused(
  { tell }: Stage,
  call: () => Promise<CreateOrderResponse>,
  expected: ErrorReason,
): Promise<boolean> {
  try {
    const { order } = await call();
    tell(`    ✘ It was accepted as ${order?.orderId}.`);
    return false;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    tell(`    ${reasonName(error.reason)}: ${error.message}`);
    return error.reason === expected;
  }
}

const isRefusal = (error: unknown, reason: ErrorReason): error is Refusal =>
  error instanceof Refusal && error.reason === reason;
