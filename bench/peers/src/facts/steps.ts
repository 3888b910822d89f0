import type { QueryConfig, QueryResult } from "pg";
import type { PlacedOrder } from "./order.ts";

/** A pool, or a connection with or without a transaction. */
export interface Queryable {
  query(config: QueryConfig): Promise<QueryResult>;
}

/**
 * A durable step of an order: one statement, and so one commit unless it runs in a transaction. Each does nothing when it is done
 * already, so that it may be repeated. Rejects when it is refused.
 */
export interface Step {
  readonly name: string;
  readonly run: (db: Queryable, order: PlacedOrder) => Promise<void>;
}

/** Stores the order and holds its stock; a CHECK refuses all of it when stock is short. Rows are locked in sorted order. */
const hold = `
  with wanted as materialized (
    select item_id, quantity, price
    from unnest($3::text[], $4::integer[]) as line(item_id, quantity)
    join items using (item_id)
    order by item_id for no key update of items
  ), priced as (
    select jsonb_agg(jsonb_build_object('itemId', item_id, 'quantity', quantity, 'price', price)) as lines,
      sum(quantity * price) as total
    from wanted
  ), placed as (
    insert into orders (order_id, user_id, lines, total)
    select $1, $2, lines, total from priced
    on conflict do nothing
    returning order_id, lines, total
  ), held as (
    update items set held = held + wanted.quantity
    from wanted, placed where items.item_id = wanted.item_id
  ), reserved as (
    insert into reservations (order_id, state, item_ids, quantities, total)
    select order_id, 'TRIED', $3, $4, total from placed
  ), begun as (
    insert into statuses (order_id, state, version) select order_id, 'PENDING', 1 from placed
  ), journal as (
    insert into transitions (order_id, version, to_state) select order_id, 1, 'PENDING' from placed
  )
  insert into notifications (order_id, version, state) select order_id, 1, 'PENDING' from placed`;

/** Authorises the payment; the provider always agrees, at once. */
const authorise = `
  with authorised as (
    insert into payments (order_id, state, amount)
    select order_id, 'AUTHORISED', total from orders where order_id = $1
    on conflict do nothing
    returning order_id, amount
  )
  insert into ledger (key, order_id, operation, amount)
  select order_id || ':authorise', order_id, 'authorise', amount from authorised`;

/** Decides, deducts the stock, captures the money, and begins to process. */
const confirm = `
  with decided as (
    update statuses set state = 'PROCESSING', version = 3
    where order_id = $1 and state = 'PENDING'
    returning order_id
  ), confirmed as (
    update reservations set state = 'CONFIRMED'
    from decided where reservations.order_id = decided.order_id
    returning item_ids, quantities
  ), sold as materialized (
    select item_id, quantity
    from confirmed, unnest(item_ids, quantities) as line(item_id, quantity)
    join items using (item_id)
    order by item_id for no key update of items
  ), deducted as (
    update items set on_hand = on_hand - quantity, held = held - quantity
    from sold where items.item_id = sold.item_id
  ), captured as (
    update payments set state = 'CAPTURED'
    from decided where payments.order_id = decided.order_id
    returning payments.order_id, amount
  ), booked as (
    insert into ledger (key, order_id, operation, amount)
    select order_id || ':capture', order_id, 'capture', amount from captured
  ), journal as (
    insert into transitions (order_id, version, from_state, to_state)
    select order_id, version, from_state, to_state
    from decided, (values (2, 'PENDING', 'CONFIRMED'), (3, 'CONFIRMED', 'PROCESSING'))
      as move(version, from_state, to_state)
    returning order_id, version, to_state
  )
  insert into notifications (order_id, version, state)
  select order_id, version, to_state from journal`;

const fulfil = (table: string, version: number, from: string, to: string): string => `
  with moved as (
    update statuses set state = '${to}', version = ${version}
    where order_id = $1 and state = '${from}'
    returning order_id
  ), fulfilled as (
    insert into ${table} (order_id) select order_id from moved
  ), journal as (
    insert into transitions (order_id, version, from_state, to_state)
    select order_id, ${version}, '${from}', '${to}' from moved
  )
  insert into notifications (order_id, version, state)
  select order_id, ${version}, '${to}' from moved`;

const ofOrder = (name: string, text: string): Step => ({
  name,
  run: async (db, { orderId }) => {
    await db.query({ name, text, values: [orderId] });
  },
});

/** The five steps of an order, where all tables are in one database. */
export const steps: readonly Step[] = [
  {
    name: "hold",
    run: async (db, { orderId, userId, lines }) => {
      const itemIds = lines.map((line) => line.itemId);
      const quantities = lines.map((line) => line.quantity);
      const values = [orderId, userId, itemIds, quantities];
      await db.query({ name: "hold", text: hold, values });
    },
  },
  ofOrder("authorise", authorise),
  ofOrder("confirm", confirm),
  ofOrder("ship", fulfil("shipments", 4, "PROCESSING", "SHIPPED")),
  ofOrder("deliver", fulfil("deliveries", 5, "SHIPPED", "DELIVERED")),
];
