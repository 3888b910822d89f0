import { type Databases, type Owner, withClient } from "./tables.ts";

/** What the databases say about all orders together. */
export interface Books {
  readonly orders: number;
  readonly ordersTotal: number;
  readonly delivered: number;
  /** Orders whose journal has the five transitions, each from where the one before led. */
  readonly wholeJournals: number;
  readonly transitions: number;
  readonly notifications: number;
  readonly confirmedReservations: number;
  readonly reservations: number;
  readonly piecesSold: number;
  readonly piecesHeld: number;
  /** Items whose stock is not what it was at the beginning less what was reserved. */
  readonly wrongItems: number;
  readonly payments: number;
  readonly capturedPayments: number;
  readonly authorisations: number;
  readonly captures: number;
  readonly capturedTotal: number;
  readonly shipments: number;
  readonly deliveries: number;
}

/** What was ordered. */
export interface Ordered {
  readonly orders: number;
  readonly pieces: number;
  /** At the catalogue's prices. */
  readonly total: number;
}

const queries: Readonly<Record<Owner, string>> = {
  order: `
    with journals as (
      select order_id, string_agg(coalesce(from_state, '') || '>' || to_state, ' ' order by version) as path
      from transitions group by order_id
    )
    select
      (select count(*) from orders) as "orders",
      (select coalesce(sum(total), 0) from orders) as "ordersTotal",
      (select count(*) from statuses where state = 'DELIVERED' and version = 5) as "delivered",
      (select count(*) from journals where path =
        '>PENDING PENDING>CONFIRMED CONFIRMED>PROCESSING PROCESSING>SHIPPED SHIPPED>DELIVERED') as "wholeJournals",
      (select count(*) from transitions) as "transitions",
      (select count(*) from notifications) as "notifications"`,
  item: `
    with sold as (
      select item_id, sum(quantity) as quantity
      from reservations, unnest(item_ids, quantities) as line(item_id, quantity)
      group by item_id
    )
    select
      (select count(*) from reservations) as "reservations",
      (select count(*) from reservations where state = 'CONFIRMED') as "confirmedReservations",
      (select sum(initial - on_hand) from items) as "piecesSold",
      (select sum(held) from items) as "piecesHeld",
      (select count(*) from items left join sold using (item_id)
        where held <> 0 or on_hand <> initial - coalesce(sold.quantity, 0)) as "wrongItems"`,
  payment: `
    select
      (select count(*) from payments) as "payments",
      (select count(*) from payments where state = 'CAPTURED') as "capturedPayments",
      (select count(distinct order_id) from ledger where operation = 'authorise') as "authorisations",
      (select count(*) from ledger where operation = 'capture') as "captures",
      (select coalesce(sum(amount), 0) from ledger where operation = 'capture') as "capturedTotal"`,
  shipping: `select count(*) as "shipments" from shipments`,
  delivery: `select count(*) as "deliveries" from deliveries`,
};

/** Reads the books when no order is under way. */
export async function readBooks(databases: Databases): Promise<Books> {
  const books: Record<string, number> = {};
  for (const [owner, query] of Object.entries(queries) as [Owner, string][]) {
    const { rows } = await withClient(databases[owner], (client) => client.query(query));
    for (const [name, count] of Object.entries(rows[0])) books[name] = Number(count);
  }
  return books as unknown as Books;
}

const transitionsPerOrder = 5;

/** What does not add up; empty when every order was carried out exactly once. */
export function audit(books: Books, { orders, pieces, total }: Ordered): string[] {
  const expected: Books = {
    orders,
    ordersTotal: total,
    delivered: orders,
    wholeJournals: orders,
    transitions: orders * transitionsPerOrder,
    notifications: orders * transitionsPerOrder,
    confirmedReservations: orders,
    reservations: orders,
    piecesSold: pieces,
    piecesHeld: 0,
    wrongItems: 0,
    payments: orders,
    capturedPayments: orders,
    authorisations: orders,
    captures: orders,
    capturedTotal: total,
    shipments: orders,
    deliveries: orders,
  };
  return (Object.keys(expected) as (keyof Books)[])
    .filter((name) => books[name] !== expected[name])
    .map((name) => `${name}: ${books[name]}, expected ${expected[name]}`);
}
