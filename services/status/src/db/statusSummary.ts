import type { Sql } from "@waybill/persistence";
import { sql } from "@waybill/persistence";
import { isTerminal, type State } from "../domain/lifecycle.ts";

/** How many orders are in a state, and how long they stay. */
export interface StateSummary {
  readonly state: State;
  readonly orders: number;
  /** There are more than were counted; or there may be, since the open orders, which are counted together, are. */
  readonly more: boolean;
  readonly oldestMovedAt: Date | undefined;
  readonly medianStayMs: number | undefined;
  readonly p95StayMs: number | undefined;
}

/** Counting further would cost more than anybody learns from it. */
export const maxCounted = 100_000;

/** How long orders stay is told by so many of the latest. */
const maxLatest = 200;

const states = ["PENDING", "CONFIRMED", "PROCESSING", "SHIPPED", "DELIVERED", "CANCELLED"] as const;

/** Counts one more than is told, which says that there are more. */
const openStatement = sql(
  "summarize_open",
  `select state, count(*)::int as orders, min(moved_at) as oldest
    from (select state, moved_at from statuses where ended_state is null limit $1) as open
    group by state`,
);

const endedStatement = sql(
  "summarize_ended",
  `select ended.state, null::timestamptz as oldest, (
      select count(*)::int from (
        select 1 from statuses where ended_state = ended.state limit $1
      ) as counted
    ) as orders
    from (values ('DELIVERED'), ('CANCELLED')) as ended (state)`,
);

const staysStatement = sql(
  "summarize_stays",
  `with latest as (
      select order_id from statuses where ended_state = 'DELIVERED'
        order by placed_at desc, order_id desc limit $1
    ), stays as (
      select to_state as state, 1000 * extract(epoch from
          lead(occurred_at) over (partition by order_id order by version) - occurred_at) as ms
        from transitions join latest using (order_id)
    )
    select state, percentile_cont(0.5) within group (order by ms) as median,
        percentile_cont(0.95) within group (order by ms) as p95
      from stays where ms is not null group by state`,
);

interface CountRow {
  readonly state: State;
  readonly orders: number;
  readonly oldest: Date | null;
}

interface StayRow {
  readonly state: State;
  readonly median: number;
  readonly p95: number;
}

/** Every state, in the order of the lifecycle. Reads some hundred rows of the journal, and counts in indexes. */
export async function summarizeStatuses(db: Sql): Promise<StateSummary[]> {
  const [open, ended, stays] = await Promise.all([
    db.rows<CountRow>(openStatement, [maxCounted + 1]),
    db.rows<CountRow>(endedStatement, [maxCounted + 1]),
    db.rows<StayRow>(staysStatement, [maxLatest]),
  ]);
  const counts = new Map([...open, ...ended].map((row) => [row.state, row]));
  const stayOf = new Map(stays.map((row) => [row.state, row]));
  const isCutOff = open.reduce((sum, { orders }) => sum + orders, 0) > maxCounted;
  return states.map((state) => {
    const { orders = 0, oldest = null } = counts.get(state) ?? {};
    const stay = stayOf.get(state);
    return {
      state,
      orders: Math.min(orders, maxCounted),
      // Of whichever open state they are: those of one may all be beyond the cut.
      more: orders > maxCounted || (isCutOff && !isTerminal(state)),
      oldestMovedAt: oldest ?? undefined,
      medianStayMs: stay && Math.round(stay.median),
      p95StayMs: stay && Math.round(stay.p95),
    };
  });
}
