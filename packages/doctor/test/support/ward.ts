import { createLogger } from "@waybill/chassis";
import { openDatabase } from "@waybill/persistence";
import { databaseOf, type PostgresServer, startPostgres } from "@waybill/stack";
import pg from "pg";
import { type ExaminedDatabase, examined } from "../../src/look/databases.ts";

type State = "PENDING" | "CONFIRMED" | "PROCESSING" | "SHIPPED" | "DELIVERED" | "CANCELLED";

/** The databases of a stack with the services' own tables, and orders planted into them. */
export interface Ward extends AsyncDisposable {
  readonly postgres: PostgresServer;
  readonly serverUrl: string;
  query(database: ExaminedDatabase, text: string, parameters?: readonly unknown[]): Promise<void>;
  /** Plants an order with which nothing is wrong, and that came to this state a moment ago. */
  plant(id: string, state: State): Promise<void>;
  /** Sets the items' stock to what the reservations say. */
  balance(): Promise<void>;
}

/** Services are nobody's dependency, but these tests are about their very tables: hence by path, and at run time only. */
const migrationsOf = async (name: ExaminedDatabase) => {
  const isProvider = name === "provider";
  const file = isProvider ? "payment/src/provider/ledger.ts" : `${name}/src/db/migrations.ts`;
  const module = await import(new URL(`../../../../services/${file}`, import.meta.url).href);
  return isProvider ? module.providerMigrations : module.migrations;
};

/** Starts PostgreSQL on this folder, laid out as a stack's, and makes all tables. */
export async function openWard(dataDir: string): Promise<Ward> {
  await using undo = new AsyncDisposableStack();
  const postgres = undo.use(await startPostgres({ dataDir: `${dataDir}/postgres`, fsync: false }));
  const logger = createLogger("test", { level: "fatal", format: "json" });
  const clients = {} as Record<ExaminedDatabase, pg.Client>;
  for (const name of examined) {
    const url = await postgres.createDatabase(databaseOf(name));
    const migrations = await migrationsOf(name);
    const options = { url, poolSize: 1, entities: [], migrations, logger };
    await using _migrated = await openDatabase({ ...options, applicationName: "test" });
    const client = new pg.Client({ connectionString: url });
    client.on("error", () => {}); // The server may stop first.
    await client.connect();
    undo.defer(() => client.end());
    clients[name] = client;
  }
  const cleanUp = undo.move();
  const query: Ward["query"] = async (database, text, parameters = []) => {
    await clients[database].query(text, [...parameters]);
  };
  return {
    postgres,
    serverUrl: postgres.url("postgres"),
    query,
    plant: (id, state) => plant(query, id, state),
    balance: () => query("item", balanceText),
    [Symbol.asyncDispose]: () => cleanUp.disposeAsync(),
  };
}

const path: Readonly<Record<State, readonly string[]>> = {
  PENDING: [],
  CONFIRMED: ["CONFIRMED SERVICE workflow"],
  PROCESSING: ["CONFIRMED SERVICE workflow", "PROCESSING SERVICE workflow"],
  SHIPPED: [
    "CONFIRMED SERVICE workflow",
    "PROCESSING SERVICE workflow",
    "SHIPPED SERVICE shipping",
  ],
  DELIVERED: [
    "CONFIRMED SERVICE workflow",
    "PROCESSING SERVICE workflow",
    "SHIPPED SERVICE shipping",
    "DELIVERED SERVICE delivery",
  ],
  CANCELLED: ["CANCELLED CUSTOMER alice"],
};

async function plant(query: Ward["query"], id: string, state: State): Promise<void> {
  const isOpen = state === "PENDING" || state === "CONFIRMED";
  const isShipped = state === "SHIPPED" || state === "DELIVERED";
  const held = isOpen ? "TRIED" : state === "CANCELLED" ? "CANCELLED" : "CONFIRMED";
  const steps = ["PENDING CUSTOMER alice", ...path[state]].map((step) => step.split(" "));
  const previous = steps.at(-2)?.[0] ?? null;
  const lines = `[{"itemId":"tea","quantity":2}]`;
  const stock = `[{"item_id":"tea","quantity":2,"name":"Tea","price_minor":250}]`;
  await query(
    "order",
    `insert into orders (order_id, fate, user_id, content_hash, lines, payment_method, is_coordinated,
      reservation_mode, total_minor, currency, placed_at, traceparent, is_announced)
    values ($1, 'STORED', 'alice', 'h', $2, 'pm_ok', false, 'HELD', 500, 'EUR', now(), '', true)`,
    [id, lines],
  );
  await query(
    "status",
    `insert into statuses (order_id, user_id, state, previous_state, version, tried, reservation_mode,
      total_minor, currency, placed_at, moved_at, reason, traceparent, reannounce_at)
    values ($1, 'alice', $2, $3, $4, true, 'HELD', 500, 'EUR', now(), now(), '', '', $5)`,
    [id, state, previous, steps.length, isOpen ? new Date(Date.now() + 30_000) : null],
  );
  for (const [index, [to, kind, actor]] of steps.entries()) {
    await query(
      "status",
      `insert into transitions (order_id, version, from_state, to_state, reason, actor_kind, actor_id,
        occurred_at, traceparent, published_seq) values ($1, $2, $3, $4, '', $5, $6, now(), '', 1)`,
      [id, index + 1, steps[index - 1]?.[0] ?? null, to, kind, actor],
    );
    await query("notification", notificationText, [id, index + 1, to]);
  }
  await query(
    "item",
    `insert into reservations (transaction_id, state, content_hash, user_id, lines, total_minor, currency,
      expires_at, created_at, updated_at)
    values ($1, $2, 'h', 'alice', $3, 500, 'EUR', now() + interval '2 min', now(), now())`,
    [id, held, stock],
  );
  await query(
    "payment",
    `insert into payments (transaction_id, state, content_hash, user_id, amount_minor, currency, payment_method,
      provider_reference, expires_at, traceparent, created_at, updated_at)
    values ($1, $2, 'h', 'alice', 500, 'EUR', 'pm_ok', $1, now() + interval '2 min', '', now(), now())`,
    [id, held],
  );
  const kinds = ["authorized", ...(isOpen ? [] : [state === "CANCELLED" ? "voided" : "captured"])];
  for (const kind of kinds) await query("provider", ledgerText, [`${id}:${kind}`, kind, id]);
  if (isShipped) {
    await query(
      "shipping",
      "insert into shipments values ($1, 'alice', 'Carrier', 'track-' || $1, now(), now(), '')",
      [id],
    );
  }
  if (state === "DELIVERED") {
    await query(
      "delivery",
      "insert into deliveries values ($1, 'alice', now(), now(), now(), '')",
      [id],
    );
  }
}

/** A notification: its order, version and state. */
export const notificationText = `insert into notifications (order_id, version, user_id, state, subject, text, occurred_at)
  values ($1, $2, 'alice', $3, '', '', now())`;

/** A row of the ledger: its key, kind, and transaction. */
export const ledgerText = `insert into ledger (key, kind, transaction_id, reference, amount, currency, at)
  values ($1, $2, $3, $3, 500, 'EUR', now())`;

const balanceText = `
  with sums as (
    select coalesce(sum(2) filter (where state = 'CONFIRMED'), 0) as confirmed,
      coalesce(sum(2) filter (where state = 'TRIED'), 0) as tried from reservations)
  insert into items (item_id, name, price_minor, currency, initial_on_hand, on_hand, held, content_hash, created_at, updated_at)
  select 'tea', 'Tea', 250, 'EUR', 1000, 1000 - confirmed, tried, 'h', now(), now() from sums
  on conflict (item_id) do update set on_hand = excluded.on_hand, held = excluded.held`;
