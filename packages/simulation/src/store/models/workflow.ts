import {
  byTime,
  date,
  least,
  lockFree,
  type Models,
  number,
  sortedBy,
  strings,
  text,
  time,
  unnest,
} from "../model.ts";
import type { Row, View } from "../view.ts";

const attempted =
  "order_id step rank state since next_at attempts failing_since last_error last_reason";
const attemptedColumns = attempted.split(" ");
const columns = `${attempted} placed_at reservation_mode expires_at user_id traceparent`;

/** The row that the same step was recorded with before, together with the new one. */
const merged = (before: Row, row: Row): Row => ({
  ...row,
  state: before.state === "STUCK" ? "STUCK" : row.state,
  since: before.since,
  next_at: least(before.next_at, row.next_at),
  attempts: Math.max(number(before, "attempts"), number(row, "attempts")),
  failing_since: least(before.failing_since, row.failing_since),
  claimed_until: before.claimed_until,
});

function record(view: View, row: Row): Row[] {
  const key = text(row, "order_id");
  const added = view.insert("processes", key, { ...row, claimed_until: null });
  if (added.length > 0) return added;
  const [before] = view.locked("processes", [key]);
  if (before === undefined || number(before, "rank") > number(row, "rank")) return [];
  const change = Object.fromEntries(attemptedColumns.map((column) => [column, row[column]]));
  const next =
    before.rank === row.rank ? merged(before, change) : { ...change, claimed_until: null };
  return view.update("processes", key, next);
}

const remove = (view: View, rows: readonly Row[]): readonly Row[] => {
  for (const row of rows) view.remove("processes", text(row, "order_id"));
  return rows;
};

const isFree = (row: Row, now: unknown): boolean =>
  row.claimed_until === null || time(row, "claimed_until") <= +date(now);

export const workflowModels: Models = {
  workflow_record: (view, parameters) =>
    sortedBy(unnest(columns, parameters), "order_id").flatMap((row) => record(view, row)),
  workflow_reschedule: (view, parameters) => {
    const step = parameters[10];
    const rows = sortedBy(unnest(attempted, parameters), "order_id");
    view.locked("processes", strings(parameters[0]));
    return rows.flatMap((row) => {
      const before = view.get("processes", text(row, "order_id"));
      if (before === undefined || before.step !== step) return [];
      const wasNudged =
        before.claimed_until !== null && time(before, "next_at") < time(before, "claimed_until");
      const nextAt = wasNudged ? least(before.next_at, row.next_at) : row.next_at;
      const change = { ...row, next_at: nextAt, claimed_until: null };
      return view.update("processes", text(row, "order_id"), change);
    });
  },
  workflow_finish: (view, [ids, step]) =>
    remove(
      view,
      view.locked("processes", strings(ids)).filter((row) => row.step === step),
    ),
  workflow_forget: (view, [ids]) => remove(view, view.locked("processes", strings(ids))),
  workflow_claim: (view, [step, now, limit, leaseEnd]) => {
    const due = view
      .where("processes", (row) => row.step === step && time(row, "next_at") <= +date(now))
      .filter((row) => isFree(row, now))
      .sort(byTime("next_at", "order_id"));
    return lockFree(view, "processes", "order_id", due, limit).flatMap((row) => {
      const claim = { next_at: leaseEnd, claimed_until: leaseEnd };
      return view.update("processes", text(row, "order_id"), claim);
    });
  },
  workflow_renew: (view, [ids, step, leaseEnd, newEnd]) =>
    view
      .locked("processes", strings(ids))
      .filter((row) => row.step === step && +date(row.claimed_until ?? 0) === +date(leaseEnd))
      .flatMap((row) => {
        const wasNudged = time(row, "next_at") < time(row, "claimed_until");
        const nextAt = wasNudged ? row.next_at : newEnd;
        const renewed = { next_at: nextAt, claimed_until: newEnd };
        return view.update("processes", text(row, "order_id"), renewed);
      }),
  workflow_earliest: (view, [step, now]) =>
    view
      .where("processes", (row) => row.step === step && isFree(row, now))
      .sort(byTime("next_at", "order_id"))
      .slice(0, 1),
  workflow_nudge: (view, [ids, now]) => {
    const rows = view.locked("processes", strings(ids));
    for (const row of rows.filter(({ step }) => step === "TRY")) {
      view.update("processes", text(row, "order_id"), { next_at: least(row.next_at, now) });
    }
    return rows;
  },
  workflow_waiting: (view, parameters) =>
    unnest("order_id rank", parameters).filter((asked) => {
      const row = view.get("processes", text(asked, "order_id"));
      return row !== undefined && number(row, "rank") >= number(asked, "rank");
    }),
};
