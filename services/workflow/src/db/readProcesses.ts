import { type Sql, sql } from "@waybill/persistence";
import type { Process, Step } from "../domain/process.ts";
import { type ProcessRow, toProcess } from "./processRow.ts";

/** Which processes to list. */
export interface ProcessFilter {
  readonly state: Process["state"] | undefined;
  readonly step: Step | undefined;
}

/** A place in the list: after this process. */
export interface ProcessPosition {
  readonly since: Date;
  readonly orderId: string;
}

const listStatement = sql(
  "workflow_list",
  `select * from processes
   where ($1::text is null or state = $1) and ($2::text is null or step = $2)
     and ($3::timestamptz is null or (since, order_id) > ($3, $4))
   order by since, order_id limit $5`,
);

/** At most `limit` processes after a place in the list, the longest waiting first. */
export async function readProcesses(
  db: Sql,
  filter: ProcessFilter,
  after: ProcessPosition | undefined,
  limit: number,
): Promise<readonly Process[]> {
  const { state = null, step = null } = filter;
  const rows = await db.rows<ProcessRow>(listStatement, [
    state,
    step,
    after?.since ?? null,
    after?.orderId ?? "",
    limit,
  ]);
  return rows.map(toProcess);
}

const stuckStatement = sql(
  "workflow_stuck",
  "select step, count(*)::int as count from processes where state = 'STUCK' group by step",
);

/** How many processes are stuck, by step; none where there are none. */
export async function countStuck(db: Sql): Promise<ReadonlyMap<Step, number>> {
  const rows = await db.rows<{ step: Step; count: number }>(stuckStatement);
  return new Map(rows.map(({ step, count }) => [step, count]));
}

const takeUpStatement = sql(
  "workflow_take_up",
  "update processes set next_at = least(next_at, $2) where order_id = $1 returning *",
);

/** Makes a process due now; undefined when the order has none. */
export async function takeUpNow(db: Sql, orderId: string, now: Date): Promise<Process | undefined> {
  const [row] = await db.rows<ProcessRow>(takeUpStatement, [orderId, now]);
  return row && toProcess(row);
}
