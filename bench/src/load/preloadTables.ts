import type { DatabaseName } from "@waybill/stack";
import { itemId, unitPriceMinor, userCount, userId } from "./population.ts";

/** Which finished orders to make: those numbered from `from` up to and including `to`. */
export interface Preloaded {
  readonly from: number;
  readonly to: number;
  /** When number 0 was placed, as ISO 8601; each other one follows this much later than the one before. */
  readonly since: string;
  readonly stepMs: number;
  readonly items: number;
  readonly lines: number;
}

/** How one table gets its rows of these orders. */
export interface PreloadTable {
  readonly database: DatabaseName;
  readonly statement: (preloaded: Preloaded) => string;
}

/**
 * The orders by number, with what all tables derive alike. Ids begin with the time and are random for the rest, as those of real orders are
 * that UUIDv7s name. An order has one piece each of the `lines` items from its own number on.
 */
const orders = ({ from, to, since, stepMs, items, lines }: Preloaded): string => `(
  select n, ${textWith(userId, `n % ${userCount}`)} as user_id, at,
    (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || substr(md5('preloaded ' || n), 13))::uuid::text as id,
    (select sum(${unitPriceMinor(0)} + (n + k) % ${items}) from generate_series(0, ${lines - 1}) k) as total
  from generate_series(${from}, ${to}) n, lateral (select timestamptz '${since}' + n * interval '${stepMs} ms' as at) placed) as o`;

/** The lines of an order, each made of its item's number, i. */
const linesOf = ({ items, lines }: Preloaded, line: string): string => `(
  select jsonb_agg(jsonb_build_object(${line}))
  from generate_series(0, ${lines - 1}) k, lateral (select (n + k) % ${items} as i) as item)`;

/** A name with a number at its end, of which SQL knows the number. */
const textWith = (name: (index: number) => string, number: string): string =>
  `'${name(0).slice(0, -1)}' || ${number}`;

const item = textWith(itemId, "i");

/** Each step of the way to DELIVERED: version, state before, state, actor. */
const steps = `(values
    (1, null, 'PENDING', 'CUSTOMER', null), (2, 'PENDING', 'CONFIRMED', 'SERVICE', 'workflow'),
    (3, 'CONFIRMED', 'PROCESSING', 'SERVICE', 'workflow'), (4, 'PROCESSING', 'SHIPPED', 'SERVICE', 'shipping'),
    (5, 'SHIPPED', 'DELIVERED', 'SERVICE', 'delivery')
  ) as step (version, from_state, to_state, actor_kind, actor_id)`;

const tables = (database: DatabaseName, ...statements: readonly PreloadTable["statement"][]) =>
  statements.map((statement) => ({ database, statement }));

/** All that is on record of a DELIVERED order, a statement for each table. Change it together with the services' tables. */
export const preloadTables: readonly PreloadTable[] = [
  ...tables(
    "order",
    (
      of,
    ) => `insert into orders (order_id, fate, user_id, content_hash, lines, payment_method, ship_to, is_coordinated,
      reservation_mode, total_minor, currency, placed_at, traceparent, is_announced)
    select id, 'STORED', user_id, md5(id), ${linesOf(of, `'itemId', ${item}, 'quantity', 1, 'name', 'Item ' || i, 'unitPrice', (${unitPriceMinor(0)} + i)::text`)},
      'pm_ok', '{"name": "Ada Lovelace", "street": ["12 St James''s Square"], "postalCode": "SW1Y 4JH", "city": "London", "region": "", "country": "GB"}',
      false, 'HELD', total, 'EUR', at, '', true from ${orders(of)}`,
  ),
  ...tables(
    "status",
    (
      of,
    ) => `insert into statuses (order_id, user_id, state, previous_state, version, tried, reservation_mode, total_minor, currency,
      placed_at, moved_at, reason, traceparent)
    select id, user_id, 'DELIVERED', 'SHIPPED', 5, true, 'HELD', total, 'EUR', at, at + interval '5 s', '', '' from ${orders(of)}`,
    // As published before the first message that is in the stream now.
    (
      of,
    ) => `insert into transitions (order_id, version, from_state, to_state, reason, actor_kind, actor_id, occurred_at, traceparent,
      published_seq)
    select id, version, from_state, to_state, '', actor_kind, coalesce(actor_id, user_id), at + version * interval '1 s', '', 0
    from ${orders(of)}, ${steps}`,
  ),
  ...tables(
    "item",
    (
      of,
    ) => `insert into reservations (transaction_id, state, content_hash, user_id, lines, total_minor, currency, expires_at, created_at,
      updated_at)
    select id, 'CONFIRMED', md5(id), user_id, ${linesOf(of, `'item_id', ${item}, 'quantity', 1, 'name', 'Item ' || i, 'price_minor', ${unitPriceMinor(0)} + i`)},
      total, 'EUR', at + interval '120 s', at, at + interval '2 s' from ${orders(of)}`,
    ({ from, to, items, lines }) => `update items set on_hand = on_hand - pieces from (
      select ${textWith(itemId, `(n + k) % ${items}`)} as id, count(*) as pieces
      from generate_series(${from}, ${to}) n, generate_series(0, ${lines - 1}) k group by 1) as sold
    where item_id = sold.id`,
  ),
  ...tables(
    "payment",
    (
      of,
    ) => `insert into payments (transaction_id, state, content_hash, user_id, amount_minor, currency, payment_method,
      provider_reference, expires_at, traceparent, created_at, updated_at)
    select id, 'CONFIRMED', md5(id), user_id, total, 'EUR', 'pm_ok', 'sim_' || md5(id), at + interval '120 s', '', at, at + interval '2 s'
    from ${orders(of)}`,
  ),
  ...tables(
    "provider",
    (of) => `insert into ledger (key, kind, transaction_id, reference, amount, currency, at)
    select id || ':' || operation, kind, id, 'sim_' || md5(id), total, 'EUR', at + interval '1 s'
    from ${orders(of)}, (values ('authorize', 'authorized'), ('capture', 'captured')) as entry (operation, kind)`,
    (
      of,
    ) => `insert into authorizations (reference, key, transaction_id, amount, currency, payment_method, state, authorized_at,
      answer_at, capture_key)
    select 'sim_' || md5(id), id || ':authorize', id, total, 'EUR', 'pm_ok', 'captured', at, at, id || ':capture' from ${orders(of)}`,
  ),
  ...tables(
    "shipping",
    (
      of,
    ) => `insert into shipments (order_id, user_id, carrier, tracking_number, booked_at, shipped_at, traceparent)
    select id, user_id, 'simulated-express', 'WB' || n, at + interval '3 s', at + interval '4 s', '' from ${orders(of)}`,
  ),
  ...tables(
    "delivery",
    (
      of,
    ) => `insert into deliveries (order_id, user_id, started_at, due_at, delivered_at, traceparent)
    select id, user_id, at + interval '4 s', at + interval '4 s', at + interval '5 s', '' from ${orders(of)}`,
  ),
  ...tables(
    "notification",
    (
      of,
    ) => `insert into notifications (order_id, version, user_id, state, subject, text, occurred_at, recorded_at, sent_by)
    select id, version, user_id, to_state, 'Your order ' || id, 'Your order ' || id || ' is ' || to_state || ' now.',
      at + version * interval '1 s', at + version * interval '1 s', 'EMAIL' from ${orders(of)}, ${steps}`,
  ),
];
