import {
  byTime,
  date,
  isAfter,
  type Models,
  number,
  sortedBy,
  strings,
  text,
  time,
  unnest,
} from "../model.ts";

const columns =
  "transaction_id state content_hash user_id lines total_minor currency expires_at created_at updated_at";

export const itemModels: Models = {
  item_lock: (view, [ids]) => view.locked("items", strings(ids)),
  item_save_stock: (view, parameters) =>
    unnest("item_id on_hand held", parameters).flatMap((row) => {
      const [onHand, held] = [number(row, "on_hand"), number(row, "held")];
      if (held < 0 || held > onHand) throw new Error("CHECK items_stock is violated");
      return view.update("items", text(row, "item_id"), row);
    }),
  reservation_lock: (view, [ids]) => view.locked("reservations", strings(ids)),
  reservation_any: (view, [ids]) => view.some("reservations", strings(ids)).slice(0, 1),
  reservation_insert: (view, parameters) =>
    sortedBy(unnest(columns, parameters), "transaction_id").flatMap((row) => {
      const stored = { ...row, lines: JSON.parse(text(row, "lines")) };
      return view.insert("reservations", text(row, "transaction_id"), stored);
    }),
  reservation_save_state: (view, parameters) =>
    unnest("transaction_id state updated_at", parameters).flatMap((row) =>
      view.update("reservations", text(row, "transaction_id"), row),
    ),
  reservation_expired: (view, [at, afterTime, afterId, limit]) =>
    view
      .where("reservations", (row) => row.state === "TRIED" && time(row, "expires_at") < +date(at))
      .filter((row) => {
        const key = text(row, "transaction_id");
        return isAfter(time(row, "expires_at"), key, +date(afterTime), afterId as string);
      })
      .sort(byTime("expires_at", "transaction_id"))
      .slice(0, limit as number),
  reservation_extend: (view, [ids, expiresAt]) =>
    view
      .locked("reservations", strings(ids))
      .filter((row) => row.state === "TRIED")
      .flatMap((row) =>
        view.update("reservations", text(row, "transaction_id"), { expires_at: expiresAt }),
      ),
};
