import type { Pool } from "pg";
import type { PlacedOrder } from "../facts/order.ts";
import type { Handlers } from "./rpc.ts";

/** What the item service answers to a hold: what the lines come to. */
export interface Held {
  readonly total: string;
}

interface OfOrder {
  readonly orderId: string;
}

export interface Authorisation extends OfOrder {
  readonly amount: string;
}

const hold = `
  with wanted as materialized (
    select item_id, quantity, price
    from unnest($2::text[], $3::integer[]) as line(item_id, quantity)
    join items using (item_id)
    order by item_id for no key update of items
  ), reserved as (
    insert into reservations (order_id, state, item_ids, quantities, total)
    select $1, 'TRIED', $2, $3, sum(quantity * price) from wanted
    on conflict do nothing
    returning total
  ), held as (
    update items set held = held + wanted.quantity
    from wanted, reserved where items.item_id = wanted.item_id
  )
  select total from reserved
  union all select total from reservations where order_id = $1`;

const confirm = `
  with confirmed as (
    update reservations set state = 'CONFIRMED' where order_id = $1 and state = 'TRIED'
    returning item_ids, quantities
  ), sold as materialized (
    select item_id, quantity
    from confirmed, unnest(item_ids, quantities) as line(item_id, quantity)
    join items using (item_id)
    order by item_id for no key update of items
  )
  update items set on_hand = on_hand - quantity, held = held - quantity
  from sold where items.item_id = sold.item_id`;

export const itemService = (pool: Pool): Handlers => ({
  hold: async ({ orderId, lines }: PlacedOrder): Promise<Held> => {
    const itemIds = lines.map((line) => line.itemId);
    const values = [orderId, itemIds, lines.map((line) => line.quantity)];
    const { rows } = await pool.query<Held>({ name: "hold", text: hold, values });
    const [held] = rows;
    if (held === undefined) throw new Error(`Nothing is held for ${orderId}`);
    return held;
  },
  confirm: async ({ orderId }: OfOrder) => {
    await pool.query({ name: "confirm", text: confirm, values: [orderId] });
    return {};
  },
});

const authorise = `
  with authorised as (
    insert into payments (order_id, state, amount) values ($1, 'AUTHORISED', $2)
    on conflict do nothing
    returning order_id, amount
  )
  insert into ledger (key, order_id, operation, amount)
  select order_id || ':authorise', order_id, 'authorise', amount from authorised`;

const capture = `
  with captured as (
    update payments set state = 'CAPTURED' where order_id = $1 and state = 'AUTHORISED'
    returning order_id, amount
  )
  insert into ledger (key, order_id, operation, amount)
  select order_id || ':capture', order_id, 'capture', amount from captured`;

/** With a provider that always agrees, at once. */
export const paymentService = (pool: Pool): Handlers => ({
  authorise: async ({ orderId, amount }: Authorisation) => {
    await pool.query({ name: "authorise", text: authorise, values: [orderId, amount] });
    return {};
  },
  capture: async ({ orderId }: OfOrder) => {
    await pool.query({ name: "capture", text: capture, values: [orderId] });
    return {};
  },
});

const fulfilment = (table: string, pool: Pool) => async (order: OfOrder) => {
  const text = `insert into ${table} (order_id) values ($1) on conflict do nothing`;
  await pool.query({ name: "fulfil", text, values: [order.orderId] });
  return {};
};

export const shippingService = (pool: Pool): Handlers => ({ ship: fulfilment("shipments", pool) });

export const deliveryService = (pool: Pool): Handlers => ({
  deliver: fulfilment("deliveries", pool),
});
