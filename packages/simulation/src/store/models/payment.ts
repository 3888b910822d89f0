import {
  byTime,
  date,
  isAfter,
  lockFree,
  type Models,
  sortedBy,
  strings,
  text,
  time,
  unnest,
} from "../model.ts";
import type { Row } from "../view.ts";
import { journalModels, positionModels, unpublished } from "./journal.ts";

const columns =
  "transaction_id state content_hash user_id amount_minor currency payment_method provider_reference " +
  "decline_reason expires_at traceparent created_at updated_at";

const eventColumns =
  "transaction_id outcome decline_reason user_id amount_minor currency occurred_at traceparent";

const undecided = new Set<unknown>(["TRYING", "PENDING", "TRIED"]);
const unsettled = new Set<unknown>(["CONFIRMING", "CANCELLING"]);

const [firstPauseMs, longestPauseMs] = [2_000, 60_000];

export const paymentModels: Models = {
  ...positionModels,
  ...journalModels({ table: "payment_events", key: ["transaction_id"], read: (_, row) => row }),
  payment_lock: (view, [ids]) => view.locked("payments", strings(ids)),
  payment_insert: (view, parameters) =>
    unnest(columns, parameters).flatMap((row) =>
      view.insert("payments", text(row, "transaction_id"), row),
    ),
  payment_update: (view, parameters) =>
    unnest(
      "transaction_id state provider_reference decline_reason expires_at updated_at",
      parameters,
    ).flatMap((row) => view.update("payments", text(row, "transaction_id"), row)),
  payment_expired: (view, [at, afterTime, afterId, limit]) =>
    view
      .where("payments", (row) => undecided.has(row.state) && time(row, "expires_at") <= +date(at))
      .filter((row) => {
        const after = afterTime === undefined ? Number.NEGATIVE_INFINITY : +date(afterTime);
        const key = text(row, "transaction_id");
        return isAfter(time(row, "expires_at"), key, after, afterId as string);
      })
      .sort(byTime("expires_at", "transaction_id"))
      .slice(0, limit as number),
  payment_extend: (view, [ids, expiresAt]) =>
    view
      .locked("payments", strings(ids))
      .filter((row) => undecided.has(row.state))
      .flatMap((row) =>
        view.update("payments", text(row, "transaction_id"), { expires_at: expiresAt }),
      ),
  payment_claim_unsettled: (view, [at, , , limit]) => {
    const due = view
      .where("payments", (row) => unsettled.has(row.state) && time(row, "expires_at") <= +date(at))
      .sort(byTime("expires_at", "transaction_id"));
    return lockFree(view, "payments", "transaction_id", due, limit).flatMap((row) => {
      const openMs = +date(at) - time(row, "updated_at");
      const pauseMs = Math.min(longestPauseMs, Math.max(firstPauseMs, openMs));
      const expiresAt = new Date(+date(at) + pauseMs);
      return view.update("payments", text(row, "transaction_id"), { expires_at: expiresAt });
    });
  },
  payment_append_events: (view, parameters) =>
    sortedBy(unnest(eventColumns, parameters), "transaction_id").flatMap((row: Row) => {
      const event = { ...row, ...unpublished };
      return view.insert("payment_events", text(row, "transaction_id"), event);
    }),
};
