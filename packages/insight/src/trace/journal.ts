import type { StackRecord } from "@waybill/stack";
import pg from "pg";
import { CannotShowError } from "../cannotShowError.ts";

/** A step that an order has made. */
export interface Transition {
  readonly state: string;
  readonly reason: string;
  /** In ms since 1970. */
  readonly at: number;
  readonly traceparent: string;
}

/** What the databases know of an order; undefined when they have none of that id. */
export interface Journal {
  readonly placedAt: number;
  readonly transitions: readonly Transition[];
  /** Of the request that placed it, and of all steps since; "" where nothing was traced. */
  readonly traceparents: readonly string[];
}

/** A stack without this service has no such table, or no such database. */
const missing: ReadonlySet<unknown> = new Set(["42P01", "3D000"]);

/** Reads what order and status have written down. Throws CannotShowError when they cannot be asked. */
export async function readJournal(
  { databases }: StackRecord,
  orderId: string,
): Promise<Journal | undefined> {
  const [orders, transitions] = await Promise.all([
    query<OrderRow>(
      databases.order,
      "select traceparent, extract(epoch from placed_at)::double precision * 1000 as at from orders where order_id = $1",
      orderId,
    ),
    query<Transition>(
      databases.status,
      `select to_state as state, reason, extract(epoch from occurred_at)::double precision * 1000 as at, traceparent
       from transitions where order_id = $1 order by version`,
      orderId,
    ),
  ]);
  const [first] = [...orders, ...transitions];
  if (first === undefined) return undefined;
  const traceparents = [...orders, ...transitions].map(({ traceparent }) => traceparent);
  return { placedAt: first.at, transitions, traceparents: [...new Set(traceparents)] };
}

/** The traces that an order's journal names. */
export const tracesIn = ({ traceparents }: Pick<Journal, "traceparents">): readonly string[] =>
  traceparents.map((text) => text.split("-")[1] ?? "").filter((id) => id !== "");

interface OrderRow {
  readonly traceparent: string;
  readonly at: number;
}

async function query<Row extends object>(
  url: string,
  text: string,
  orderId: string,
): Promise<readonly Row[]> {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    return (await client.query<Row & pg.QueryResultRow>(text, [orderId])).rows;
  } catch (error) {
    if (missing.has((error as { code?: unknown }).code)) return [];
    const why = `The stack's PostgreSQL cannot be asked for the order: ${(error as Error).message}`;
    throw new CannotShowError(`${why}. Is it just starting or stopping?`, { cause: error });
  } finally {
    await client.end().catch(() => {});
  }
}
