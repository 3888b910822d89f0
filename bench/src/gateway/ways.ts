import type { DoorCaller } from "../load/doorCaller.ts";
import type { OrderCaller } from "../load/orderCaller.ts";
import type { Orders } from "../load/orders.ts";

/** One way to ask for something. */
export interface Way {
  readonly name: string;
  /** Orders are placed, and go their way afterwards. */
  readonly isWrite: boolean;
  /** Whether the gateway must not answer from its cache. */
  readonly isUncached: boolean;
  send(): Promise<void>;
}

/** Several ways to ask for the same thing; the first one is what the others are compared with. */
export interface Comparison {
  readonly what: string;
  readonly ways: readonly Way[];
}

export interface Askers {
  readonly rpc: OrderCaller;
  readonly door: DoorCaller;
  /** The orders to be read. */
  readonly orderIds: readonly string[];
  /** Makes orders, the same series each time it is asked. */
  readonly orders: () => Orders;
  /** Where the ids of accepted orders are kept. */
  readonly placed: string[];
}

/** What is compared. */
export const comparisons = (askers: Askers): readonly Comparison[] => [
  { what: "Read an order", ways: readingWays(askers) },
  { what: "Place an order", ways: placingWays(askers) },
];

function readingWays({ rpc, door, orderIds }: Askers): readonly Way[] {
  // One after the other, by all ways together: each is read again only after all the others.
  const next = inTurn(orderIds);
  const [always = ""] = orderIds;
  const common = { isWrite: false, isUncached: false };
  return [
    {
      ...common,
      name: "gRPC GetOrder",
      send: async () => {
        await rpc.getOrder({ orderId: next() });
      },
    },
    {
      ...common,
      isUncached: true,
      name: "GET /api/orders/{orderId}",
      send: () => door.get(next()),
    },
    { ...common, name: "the same, cached", send: () => door.get(always) },
  ];
}

function placingWays({ rpc, door, orders, placed }: Askers): readonly Way[] {
  const common = { isWrite: true, isUncached: false };
  const byRpc = orders();
  const byDoor = orders();
  return [
    {
      ...common,
      name: "gRPC CreateOrder",
      send: async () => {
        const { order } = await rpc.createOrder(byRpc());
        placed.push(order?.orderId ?? "");
      },
    },
    {
      ...common,
      name: "POST /api/orders",
      send: async () => {
        placed.push(await door.place(byDoor()));
      },
    },
  ];
}

function inTurn<T>(values: readonly T[]): () => T {
  let turn = 0;
  return () => values[turn++ % values.length] as T;
}
