import type { Pool } from "pg";
import type { PlacedOrder } from "../facts/order.ts";
import type { Authorisation, Held } from "./participants.ts";
import type { Handlers, RpcClient } from "./rpc.ts";

/** The services that take part in an order. */
export type Participants = Readonly<
  Record<"item" | "payment" | "shipping" | "delivery", RpcClient>
>;

/**
 * The coordinator: one call after the other while the customer waits. Each call may be repeated, so a customer who got no answer asks
 * again; without that, an order whose process died stays where it was.
 */
export const orderService = (
  pool: Pool,
  { item, payment, shipping, delivery }: Participants,
): Handlers => ({
  place: async (order: PlacedOrder) => {
    const { orderId } = order;
    const held = await item.call<Held>("hold", order);
    await store(pool, order, held);
    const authorisation: Authorisation = { orderId, amount: held.total };
    await payment.call("authorise", authorisation);
    await move(pool, orderId, 2, "PENDING", "CONFIRMED");
    await item.call("confirm", { orderId });
    await payment.call("capture", { orderId });
    await move(pool, orderId, 3, "CONFIRMED", "PROCESSING");
    await shipping.call("ship", { orderId });
    await move(pool, orderId, 4, "PROCESSING", "SHIPPED");
    await delivery.call("deliver", { orderId });
    await move(pool, orderId, 5, "SHIPPED", "DELIVERED");
    return { state: "DELIVERED" };
  },
});

const placed = `
  with placed as (
    insert into orders (order_id, user_id, lines, total) values ($1, $2, $3::jsonb, $4)
    on conflict do nothing
    returning order_id
  ), begun as (
    insert into statuses (order_id, state, version) select order_id, 'PENDING', 1 from placed
  ), journal as (
    insert into transitions (order_id, version, to_state) select order_id, 1, 'PENDING' from placed
  )
  insert into notifications (order_id, version, state) select order_id, 1, 'PENDING' from placed`;

async function store(pool: Pool, order: PlacedOrder, { total }: Held): Promise<void> {
  const values = [order.orderId, order.userId, JSON.stringify(order.lines), total];
  await pool.query({ name: "place", text: placed, values });
}

const moved = `
  with moved as (
    update statuses set state = $4, version = $2 where order_id = $1 and state = $3
    returning order_id
  ), journal as (
    insert into transitions (order_id, version, from_state, to_state)
    select order_id, $2, $3, $4 from moved
  )
  insert into notifications (order_id, version, state) select order_id, $2, $4 from moved`;

async function move(
  pool: Pool,
  orderId: string,
  version: number,
  from: string,
  to: string,
): Promise<void> {
  await pool.query({ name: "move", text: moved, values: [orderId, version, from, to] });
}
