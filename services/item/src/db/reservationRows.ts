import { type Sql, sql } from "@waybill/persistence";
import type { FenceState } from "@waybill/tcc";
import type { Reservation } from "../domain/reservation.ts";

interface ReservationRow {
  transaction_id: string;
  state: FenceState;
  content_hash: string;
  user_id: string;
  lines: readonly LineJson[];
  total_minor: bigint | null;
  currency: string | null;
  expires_at: Date | null;
  created_at: Date;
  updated_at: Date;
}

/** A line as people read it in the table; its currency is the reservation's. */
interface LineJson {
  readonly item_id: string;
  readonly quantity: number;
  readonly name: string;
  /** At most 2^53 - 1, so that JSON keeps it exactly. */
  readonly price_minor: number;
}

const columns =
  "transaction_id, state, content_hash, user_id, lines, total_minor, currency, expires_at, created_at, updated_at";

const lockStatement = sql(
  "reservation_lock",
  `select ${columns} from reservations where transaction_id = any($1::text[])
   order by transaction_id for no key update`,
);
const findStatement = sql(
  "reservation_find",
  `select ${columns} from reservations where transaction_id = $1`,
);
const anyStatement = sql(
  "reservation_any",
  "select transaction_id from reservations where transaction_id = any($1::text[]) limit 1",
);
const insertStatement = sql(
  "reservation_insert",
  `insert into reservations (${columns})
   select ${columns} from unnest(
     $1::text[], $2::text[], $3::text[], $4::text[], $5::jsonb[],
     $6::bigint[], $7::text[], $8::timestamptz[], $9::timestamptz[], $10::timestamptz[]
   ) as new (${columns})
   order by transaction_id collate "C"
   on conflict do nothing`,
);
const saveStateStatement = sql(
  "reservation_save_state",
  `update reservations set state = new.state, updated_at = new.updated_at
   from unnest($1::text[], $2::text[], $3::timestamptz[]) as new (transaction_id, state, updated_at)
   where reservations.transaction_id = new.transaction_id`,
);
/** Locks the reservations that exist, in the order of their ids, whatever that of the list. */
export async function lockReservations(
  tx: Sql,
  transactionIds: readonly string[],
): Promise<ReadonlyMap<string, Reservation>> {
  const rows = await tx.rows<ReservationRow>(lockStatement, [transactionIds]);
  return new Map(rows.map((row) => [row.transaction_id, toReservation(row)]));
}

export async function findReservation(
  db: Sql,
  transactionId: string,
): Promise<Reservation | undefined> {
  const [row] = await db.rows<ReservationRow>(findStatement, [transactionId]);
  return row && toReservation(row);
}

/** Whether one of these transactions has a reservation by now. */
export async function anyReservation(tx: Sql, transactionIds: readonly string[]): Promise<boolean> {
  return transactionIds.length > 0 && (await tx.rows(anyStatement, [transactionIds])).length > 0;
}

/** How many were inserted: those whose transaction has no reservation. Waits for rivals that insert the same. */
export async function insertReservations(
  tx: Sql,
  reservations: readonly Reservation[],
): Promise<number> {
  if (reservations.length === 0) return 0;
  return await tx.run(insertStatement, [
    reservations.map((row) => row.transactionId),
    reservations.map((row) => row.state),
    reservations.map((row) => row.contentHash),
    reservations.map((row) => row.userId),
    reservations.map((row) => JSON.stringify(row.lines.map(toLineJson))),
    reservations.map((row) => row.total?.minorUnits ?? null),
    reservations.map((row) => row.total?.currency ?? null),
    reservations.map((row) => row.expiresAt ?? null),
    reservations.map((row) => row.createdAt),
    reservations.map((row) => row.updatedAt),
  ]);
}

/** Writes the states of reservations that the transaction has locked. */
export async function saveStates(tx: Sql, reservations: readonly Reservation[]): Promise<void> {
  if (reservations.length === 0) return;
  await tx.run(saveStateStatement, [
    reservations.map((row) => row.transactionId),
    reservations.map((row) => row.state),
    reservations.map((row) => row.updatedAt),
  ]);
}

function toLineJson({ itemId, quantity, name, unitPrice }: Reservation["lines"][number]): LineJson {
  return { item_id: itemId, quantity, name, price_minor: Number(unitPrice.minorUnits) };
}

function toReservation(row: ReservationRow): Reservation {
  const currency = row.currency ?? "";
  return {
    transactionId: row.transaction_id,
    state: row.state,
    contentHash: row.content_hash,
    userId: row.user_id,
    lines: row.lines.map((line) => ({
      itemId: line.item_id,
      quantity: line.quantity,
      name: line.name,
      unitPrice: { minorUnits: BigInt(line.price_minor), currency },
    })),
    total: row.total_minor === null ? undefined : { minorUnits: row.total_minor, currency },
    expiresAt: row.expires_at ?? undefined,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
