import { time } from "../examine/progress.ts";
import type { Databases } from "../look/databases.ts";

/**
 * What the services would mend by themselves within seconds, and have not for longer than a minute. Each is safe to be asked for at any time and
 * any number of times, since the service that owns the data does it, by the same rules as ever. None of them is about money.
 */
export type RepairKind = "announce" | "publish" | "resolve";

/** One thing to be mended. */
export interface Repair {
  readonly kind: RepairKind;
  /** The order's id. */
  readonly subject: string;
  /** How it stands, for people. */
  readonly before: string;
}

/** The most of one kind that one run finds; the next one goes on. */
const limit = 10_000;

interface Source {
  readonly kind: RepairKind;
  readonly database: "order" | "status" | "item";
  /** `$1`: what is older is due, `$2`: at most so many; or, with ids: `$1`. Rows of id and what to say of it. */
  readonly due: string;
  readonly byIds: string;
  readonly sayDue: (row: Row) => string;
  /** How it stands after the repair; `isDone` when it is mended. */
  readonly judge: (row: Row | undefined) => { readonly isDone: boolean; readonly after: string };
}

interface Row {
  readonly id: string;
  readonly at: Date;
  readonly text: string;
}

const unannounced = "from orders where fate = 'STORED' and not is_announced";
const unpublished = "from transitions where published_seq is null";

const sources: readonly Source[] = [
  {
    kind: "announce",
    database: "order",
    due: `select order_id as id, placed_at as at, '' as text ${unannounced} and placed_at < $1 order by placed_at limit $2`,
    byIds: `select order_id as id, placed_at as at, '' as text ${unannounced} and order_id = any($1)`,
    sayDue: ({ at }) => `stored at ${time(at.getTime())}, and status was not told`,
    judge: (row) =>
      row === undefined
        ? { isDone: true, after: "announced" }
        : { isDone: false, after: "not announced: status does not take it, see the log of order" },
  },
  {
    kind: "publish",
    database: "status",
    due: `select order_id as id, min(occurred_at) as at, string_agg(to_state, ', ' order by version) as text
      ${unpublished} and occurred_at < $1 group by order_id order by 2 limit $2`,
    byIds: `select order_id as id, min(occurred_at) as at, string_agg(to_state, ', ' order by version) as text
      ${unpublished} and order_id = any($1) group by order_id`,
    sayDue: ({ at, text }) => `${text} since ${time(at.getTime())}, not in the stream`,
    judge: (row) =>
      row === undefined
        ? { isDone: true, after: "in the stream" }
        : { isDone: false, after: `${row.text} not in the stream yet: is NATS away?` },
  },
  {
    kind: "resolve",
    database: "item",
    due: `select transaction_id as id, expires_at as at, state as text from reservations
      where state = 'TRIED' and expires_at < $1 order by expires_at limit $2`,
    byIds: `select transaction_id as id, expires_at as at, state as text from reservations
      where transaction_id = any($1)`,
    sayDue: ({ at }) => `stock held, expired at ${time(at.getTime())}`,
    judge: (row) =>
      row?.text === "TRIED"
        ? { isDone: false, after: "held still: its order is open, or nobody knows its fate" }
        : { isDone: true, after: row?.text ?? "gone" },
  },
];

/** What is due for a repair: not younger than `before`. */
export async function findRepairs(
  databases: Pick<Databases, "query">,
  before: Date,
): Promise<readonly Repair[]> {
  const found = sources.map(async ({ kind, database, due, sayDue }) => {
    const rows = await databases.query<Row>(database, due, [before, limit]);
    return rows.map((row): Repair => ({ kind, subject: row.id, before: sayDue(row) }));
  });
  return (await Promise.all(found)).flat();
}

/** How a repair came out. */
export interface Repaired extends Repair {
  readonly isDone: boolean;
  /** How it stands now, for people. */
  readonly after: string;
}

/** Looks how repairs of one kind came out. */
export async function judgeRepairs(
  databases: Pick<Databases, "query">,
  kind: RepairKind,
  repairs: readonly Repair[],
): Promise<readonly Repaired[]> {
  const source = sources.find((one) => one.kind === kind);
  if (source === undefined) throw new Error(`no repair is called ${kind}`);
  const ids = repairs.map(({ subject }) => subject);
  const rows = await databases.query<Row>(source.database, source.byIds, [ids]);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return repairs.map((repair) => ({ ...repair, ...source.judge(byId.get(repair.subject)) }));
}
