import type { Sql, Statement } from "@waybill/persistence";
import { sql } from "@waybill/persistence";
import { type ActorKind, isTerminal, type State } from "../domain/lifecycle.ts";
import type { Status, Transition } from "../domain/status.ts";
import type { StatusRow } from "./statusRow.ts";
import { toStatus } from "./statusRow.ts";

export interface ListQuery {
  /** "" for the orders of all users. */
  readonly userId: string;
  readonly state: State | undefined;
  readonly placedAfter?: Date | undefined;
  readonly placedBefore?: Date | undefined;
  /** The key [placed_at, order_id] after which the page begins. */
  readonly after: readonly string[] | undefined;
  readonly limit: number;
}

/** One statement per combination of filters, so that each has a plan, and an index, of its own. */
function listStatement(name: string, filter: string): Statement {
  return sql(
    name,
    `select * from statuses
      where placed_at >= $1 and (placed_at, order_id) < ($2, $3) ${filter}
      order by placed_at desc, order_id desc limit $4`,
  );
}

const listAll = listStatement("list_statuses", "");
const listByUser = listStatement("list_statuses_by_user", "and user_id = $5");
const listByEnd = listStatement("list_statuses_by_end", "and ended_state = $5");
/** Reads open orders until the page is full. */
const listByOpenState = listStatement(
  "list_statuses_by_open_state",
  "and ended_state is null and state = $5",
);
const listByUserAndEnd = listStatement(
  "list_statuses_by_user_and_end",
  "and user_id = $5 and state = $6",
);
/** Few open orders are read sooner than all those of a user with many. */
const listByUserAndOpenState = listStatement(
  "list_statuses_by_user_and_open_state",
  "and user_id = $5 and ended_state is null and state = $6",
);

/** One page of orders, the latest placed first. */
export async function listStatuses(db: Sql, query: ListQuery): Promise<Status[]> {
  const { userId, state, limit } = query;
  const from = query.placedAfter ?? "-infinity";
  // (t, id) < (placedBefore, '') is t < placedBefore, since every id is greater than ''.
  const [before, beforeId] = query.after ?? [query.placedBefore ?? "infinity", ""];
  const filters = [userId, state].filter(Boolean);
  const statement = statementFor(userId !== "", state);
  const rows = await db.rows<StatusRow>(statement, [from, before, beforeId, limit, ...filters]);
  return rows.map(toStatus);
}

function statementFor(byUser: boolean, state: State | undefined): Statement {
  if (state === undefined) return byUser ? listByUser : listAll;
  if (isTerminal(state)) return byUser ? listByUserAndEnd : listByEnd;
  return byUser ? listByUserAndOpenState : listByOpenState;
}

export interface TransitionRow {
  readonly order_id: string;
  readonly version: number;
  readonly from_state: State | null;
  readonly to_state: State;
  readonly reason: string;
  readonly actor_kind: ActorKind;
  readonly actor_id: string;
  readonly occurred_at: Date;
  readonly traceparent: string;
}

export function toTransition(row: TransitionRow): Transition {
  return {
    orderId: row.order_id,
    version: row.version,
    from: row.from_state ?? undefined,
    to: row.to_state,
    reason: row.reason,
    actor: { kind: row.actor_kind, id: row.actor_id },
    occurredAt: row.occurred_at,
    traceparent: row.traceparent,
  };
}

const transitionsStatement = sql(
  "list_transitions",
  "select * from transitions where order_id = $1 and version > $2 order by version",
);

/** The journal of one order after a version, the first transition first. */
export async function listTransitions(
  db: Sql,
  orderId: string,
  afterVersion: number,
): Promise<Transition[]> {
  const rows = await db.rows<TransitionRow>(transitionsStatement, [orderId, afterVersion]);
  return rows.map(toTransition);
}

const openStatement = sql(
  "count_open_statuses",
  `select state, count(*)::int as count from (
     select state from statuses where ended_state is null limit 100000) open group by state`,
);

const openStates: readonly State[] = ["PENDING", "CONFIRMED", "PROCESSING", "SHIPPED"];

/** How many orders are in each state that is not the last one; counts up to 100,000 in all. */
export async function countOpen(db: Sql): Promise<ReadonlyMap<State, number>> {
  const rows = await db.rows<{ state: State; count: number }>(openStatement);
  const found = new Map(rows.map(({ state, count }) => [state, count]));
  return new Map(openStates.map((state) => [state, found.get(state) ?? 0]));
}
