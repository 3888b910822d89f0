import { type Sql, type Statement, sql } from "@waybill/persistence";
import { type Process, type Step, steps } from "../domain/process.ts";
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

/** What is stuck has failed, and what has failed is few. */
const stateFilters = {
  ANY: "",
  WAITING: "and state = 'WAITING'",
  STUCK: "and failing_since is not null and state = 'STUCK'",
} as const satisfies Record<Process["state"] | "ANY", string>;

/**
 * One statement per combination of filters, each with its values in the text: whether an index by the step is shorter than going through
 * all processes from the longest waiting one on depends on how many are in that very step.
 */
const listStatements: ReadonlyMap<string, Statement> = new Map(
  (["ANY", ...steps] as const).flatMap((step) =>
    Object.entries(stateFilters).map(([state, stateFilter]) => {
      const stepFilter = step === "ANY" ? "" : `and step = '${step}'`;
      const key = `${state} ${step}`;
      const statement = sql(
        `workflow_list_${state}_${step}`.toLowerCase(),
        `select * from processes where (since, order_id) > ($1, $2) ${stateFilter} ${stepFilter}
         order by since, order_id limit $3`,
      );
      return [key, statement] as const;
    }),
  ),
);

function listStatement({ state, step }: ProcessFilter): Statement {
  const key = `${state ?? "ANY"} ${step ?? "ANY"}`;
  const statement = listStatements.get(key);
  if (statement === undefined) throw new Error(`there is no list of processes by ${key}`);
  return statement;
}

/** At most `limit` processes after a place in the list, the longest waiting first. */
export async function readProcesses(
  db: Sql,
  filter: ProcessFilter,
  after: ProcessPosition | undefined,
  limit: number,
): Promise<readonly Process[]> {
  const position = after ? [after.since, after.orderId] : ["-infinity", ""];
  const rows = await db.rows<ProcessRow>(listStatement(filter), [...position, limit]);
  return rows.map(toProcess);
}

/** What the orders of one step are about. */
export interface StepSummary {
  /** All that wait in it, the stuck ones among them. */
  readonly waiting: number;
  readonly stuck: number;
  /** Those whose last attempt has failed. */
  readonly retrying: number;
  /** Since when the attempts of one of them have failed. */
  readonly failingSince: Date | undefined;
}

const summaryStatement = sql(
  "workflow_summary",
  `select step, sum(waiting)::int as waiting, sum(stuck)::int as stuck, sum(retrying)::int as retrying,
     min(failing_since) as failing_since
   from (
     select step, count(*) as waiting, 0 as stuck, 0 as retrying, null::timestamptz as failing_since
     from (select step from processes limit 100000) as waiting group by step
     union all
     select step, 0, count(*) filter (where state = 'STUCK'), count(*), min(failing_since)
     from (select step, state, failing_since from processes where failing_since is not null
           order by failing_since limit 100000) as failing group by step
   ) as counted group by step`,
);

/**
 * How many processes wait, are stuck and are being retried, by step; a step is missing where there are none. Counts up to 100,000 that wait, and
 * apart from them the 100,000 that have failed longest: what is stuck has failed.
 */
export async function summarizeProcesses(db: Sql): Promise<ReadonlyMap<Step, StepSummary>> {
  type Row = Omit<StepSummary, "failingSince"> & { step: Step; failing_since: Date | null };
  const rows = await db.rows<Row>(summaryStatement);
  return new Map(
    rows.map(({ step, waiting, stuck, retrying, failing_since }) => [
      step,
      { waiting, stuck, retrying, failingSince: failing_since ?? undefined },
    ]),
  );
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
