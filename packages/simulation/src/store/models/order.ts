import {
  byTime,
  date,
  isAfter,
  type Models,
  sortedBy,
  strings,
  text,
  time,
  unnest,
} from "../model.ts";

const columns =
  "order_id user_id content_hash lines payment_method ship_to is_coordinated reservation_mode " +
  "total_minor currency placed_at expires_at traceparent";

export const orderModels: Models = {
  read_orders: (view, [ids]) => view.some("orders", strings(ids)),
  insert_orders: (view, parameters) =>
    sortedBy(unnest(columns, parameters), "order_id").flatMap((row) => {
      const lines = JSON.parse(text(row, "lines"));
      const shipTo = row.ship_to === null ? null : JSON.parse(text(row, "ship_to"));
      const stored = { ...row, lines, ship_to: shipTo, fate: "STORED", is_announced: false };
      return view.insert("orders", text(row, "order_id"), stored);
    }),
  abandon_orders: (view, [ids]) =>
    [...strings(ids)].sort().flatMap((id) => {
      const tombstone = { order_id: id, fate: "ABANDONED", placed_at: view.now, traceparent: "" };
      return view.insert("orders", id, { ...tombstone, is_announced: false });
    }),
  record_prices: (view, parameters) =>
    sortedBy(unnest("order_id lines total_minor currency", parameters), "order_id").flatMap(
      (row) => {
        const [found] = view.locked("orders", [text(row, "order_id")]);
        if (found?.fate !== "STORED" || found.total_minor !== null) return [];
        const priced = { ...row, lines: JSON.parse(text(row, "lines")) };
        return view.update("orders", text(row, "order_id"), priced);
      },
    ),
  mark_announced: (view, [ids]) =>
    view
      .locked("orders", strings(ids))
      .filter((row) => !row.is_announced)
      .flatMap((row) => view.update("orders", text(row, "order_id"), { is_announced: true })),
  unannounced_orders: (view, [before, afterTime, afterId, limit]) =>
    view
      .where("orders", (row) => row.fate === "STORED" && !row.is_announced)
      .filter((row) => time(row, "placed_at") < +date(before))
      .filter((row) => {
        const after = afterTime === "-infinity" ? Number.NEGATIVE_INFINITY : +date(afterTime);
        return isAfter(time(row, "placed_at"), text(row, "order_id"), after, afterId as string);
      })
      .sort(byTime("placed_at", "order_id"))
      .slice(0, limit as number),
};
