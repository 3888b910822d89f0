import {
  byTime,
  least,
  lockFree,
  type Models,
  number,
  strings,
  text,
  time,
  unnest,
} from "../model.ts";
import type { Row, View } from "../view.ts";
import { journalModels, keyIn, positionModels, unpublished } from "./journal.ts";

const columns =
  "order_id user_id state previous_state version tried reservation_mode total_minor currency placed_at " +
  "moved_at expires_at reason traceparent reannounce_at";

const changed =
  "order_id state previous_state version tried total_minor currency moved_at reason reannounce_at";

const transitionColumns =
  "order_id version from_state to_state reason actor_kind actor_id occurred_at traceparent";

const transitionKey = ["order_id", "version"];

/** The row with the facts of its order, as jsonb_build_object makes them. */
function withFacts(view: View, row: Row): Row {
  const status = view.get("statuses", text(row, "order_id"));
  const total = status?.total_minor ?? null;
  const facts = {
    user_id: status?.user_id,
    total_minor: total === null ? null : String(total),
    currency: status?.currency,
    placed_at: (status?.placed_at as Date | undefined)?.toISOString(),
    reservation_mode: status?.reservation_mode,
    expires_at: (status?.expires_at as Date | null | undefined)?.toISOString() ?? null,
  };
  return { ...row, facts };
}

/** How many orders are looked at at a time. */
const lookLimit = 512;

const ended = new Set<unknown>(["DELIVERED", "CANCELLED"]);

/** The generated column. */
const withEnd = (row: Row): Row => ({
  ...row,
  ended_state: ended.has(row.state) ? row.state : null,
});

export const statusModels: Models = {
  ...positionModels,
  ...journalModels({ table: "transitions", key: transitionKey, read: withFacts }),
  lock_statuses: (view, [ids]) => view.locked("statuses", strings(ids)),
  read_statuses: (view, [ids]) => view.some("statuses", strings(ids)),
  insert_statuses: (view, parameters) =>
    unnest(columns, parameters).flatMap((row) => {
      const status = withEnd({ ...row, reannouncements: 0 });
      return view.insert("statuses", text(row, "order_id"), status);
    }),
  update_statuses: (view, parameters) =>
    unnest(changed, parameters).flatMap((row) => {
      const { reannounce_at, ...change } = row;
      const before = view.get("statuses", text(row, "order_id"));
      const lookAt = reannounce_at === null ? null : least(before?.reannounce_at, reannounce_at);
      const moved =
        before?.version === row.version ? {} : { reannounce_at: lookAt, reannouncements: 0 };
      return view.update("statuses", text(row, "order_id"), withEnd({ ...change, ...moved }));
    }),
  append_transitions: (view, parameters) =>
    unnest(transitionColumns, parameters).flatMap((row) => {
      const added = view.insert("transitions", keyIn(transitionKey, row), {
        ...row,
        ...unpublished,
      });
      if (added.length === 0) throw new Error("PRIMARY KEY of transitions is violated");
      return added;
    }),
  look_at_unmoved: (view, [patienceMs, maxIntervalMs]) => {
    const patience = patienceMs as number;
    const due = view
      .where("statuses", (row) => row.ended_state === null)
      .filter((row) => row.reannounce_at !== null && time(row, "reannounce_at") <= +view.now)
      .sort(byTime("reannounce_at", "order_id"));
    return lockFree(view, "statuses", "order_id", due, lookLimit).map((row) => {
      const count = number(row, "reannouncements");
      const isLeft = count > 0 || time(row, "moved_at") <= +view.now - patience;
      const doubled = Math.min(patience * 2 ** Math.min(count + 1, 20), maxIntervalMs as number);
      view.update("statuses", text(row, "order_id"), {
        reannouncements: count + Number(isLeft),
        reannounce_at: new Date(isLeft ? +view.now + doubled : time(row, "moved_at") + patience),
      });
      return { order_id: row.order_id, version: row.version, is_left: isLeft };
    });
  },
  announce_again: (view, [ids, versions, stream]) => {
    if (view.locked("stream_positions", [stream as string]).length === 0) return [];
    return unnest(transitionKey.join(" "), [ids, versions]).flatMap((wanted) => {
      const key = keyIn(transitionKey, wanted);
      const last = view.get("transitions", key);
      if (last === undefined || last.published_seq === null) return [];
      const publications = number(last, "publications") + 1;
      const again = view.update("transitions", key, { publications });
      return again.map((transition) => withFacts(view, transition));
    });
  },
};
