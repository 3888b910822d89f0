import { Client } from "pg";

/** Whose tables they are: with one database for all, or one for each. */
export type Owner = "order" | "item" | "payment" | "shipping" | "delivery";

/** The connection URL of each owner's database. */
export type Databases = Readonly<Record<Owner, string>>;

/**
 * What an order leaves behind, as in Waybill: one row each of orders, statuses, reservations, payments, shipments and deliveries, five
 * transitions and notifications, two entries in the payment provider's ledger; and the stock of each item.
 */
const tables: Readonly<Record<Owner, readonly string[]>> = {
  order: [
    `create table orders (
      order_id text primary key,
      user_id text not null,
      lines jsonb not null,
      total bigint not null,
      placed_at timestamptz not null default now()
    )`,
    `create table statuses (
      order_id text primary key,
      state text not null,
      version integer not null
    )`,
    `create table transitions (
      order_id text not null,
      version integer not null,
      from_state text,
      to_state text not null,
      occurred_at timestamptz not null default clock_timestamp(),
      primary key (order_id, version)
    )`,
    `create table notifications (
      order_id text not null,
      version integer not null,
      state text not null,
      recorded_at timestamptz not null default now(),
      primary key (order_id, version)
    )`,
  ],
  item: [
    `create table items (
      item_id text primary key,
      price bigint not null,
      initial bigint not null,
      on_hand bigint not null,
      held bigint not null default 0,
      check (0 <= held and held <= on_hand)
    ) with (fillfactor = 70)`,
    `create table reservations (
      order_id text primary key,
      state text not null,
      item_ids text[] not null,
      quantities integer[] not null,
      total bigint not null
    )`,
  ],
  payment: [
    `create table payments (
      order_id text primary key,
      state text not null,
      amount bigint not null
    )`,
    `create table ledger (
      key text primary key,
      order_id text not null,
      operation text not null,
      amount bigint not null
    )`,
  ],
  shipping: [
    "create table shipments (order_id text primary key, shipped_at timestamptz not null default now())",
  ],
  delivery: [
    "create table deliveries (order_id text primary key, delivered_at timestamptz not null default now())",
  ],
};

export const owners = Object.keys(tables) as readonly Owner[];

/** An item as the catalogue has it at the beginning. */
export interface CatalogueItem {
  readonly itemId: string;
  readonly price: number;
  readonly onHand: number;
}

/** Makes everybody's tables and fills the catalogue. */
export async function makeTables(
  databases: Databases,
  catalogue: readonly CatalogueItem[],
): Promise<void> {
  for (const owner of owners)
    await withClient(databases[owner], async (client) => {
      for (const table of tables[owner]) await client.query(table);
    });
  await withClient(databases.item, async (client) => {
    await client.query(
      `insert into items (item_id, price, initial, on_hand)
       select "itemId", price, "onHand", "onHand"
       from jsonb_to_recordset($1::jsonb) as i("itemId" text, price bigint, "onHand" bigint)`,
      [JSON.stringify(catalogue)],
    );
    await client.query("vacuum analyze items"); // As autovacuum does after a while.
  });
}

/** Opens one connection, and closes it when the work is done. */
export async function withClient<T>(
  connectionString: string,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
