import {
  byTime,
  date,
  isAfter,
  type Model,
  type Models,
  sortedBy,
  strings,
  text,
  time,
  unnest,
} from "../model.ts";

/** The first lookup after no row has "-infinity". */
const timeOf = (parameter: unknown): number =>
  parameter === "-infinity" ? Number.NEGATIVE_INFINITY : +date(parameter);

const insertInto =
  (table: string, columns: string, undone: string): Model =>
  (view, parameters) =>
    sortedBy(unnest(columns, parameters), "order_id").flatMap((row) =>
      view.insert(table, text(row, "order_id"), { ...row, [undone]: null }),
    );

const markIn =
  (table: string, column: string): Model =>
  (view, [ids, at]) =>
    view
      .locked(table, strings(ids))
      .filter((row) => row[column] === null)
      .flatMap((row) => view.update(table, text(row, "order_id"), { [column]: at }));

const undoneIn =
  (
    table: string,
    doneColumn: string,
    column: string,
    isDue: (at: number, by: number) => boolean,
  ): Model =>
  (view, [by, afterTime, afterId, limit]) =>
    view
      .where(table, (row) => row[doneColumn] === null && isDue(time(row, column), +date(by)))
      .filter((row) => {
        const [at, key] = [time(row, column), text(row, "order_id")];
        return isAfter(at, key, timeOf(afterTime), afterId as string);
      })
      .sort(byTime(column, "order_id"))
      .slice(0, limit as number);

export const shippingModels: Models = {
  insert_shipments: insertInto(
    "shipments",
    "order_id user_id carrier tracking_number booked_at traceparent",
    "shipped_at",
  ),
  mark_shipped: markIn("shipments", "shipped_at"),
  unshipped_shipments: undoneIn("shipments", "shipped_at", "booked_at", (at, by) => at < by),
};

export const deliveryModels: Models = {
  insert_deliveries: insertInto(
    "deliveries",
    "order_id user_id started_at due_at traceparent",
    "delivered_at",
  ),
  mark_delivered: markIn("deliveries", "delivered_at"),
  due_deliveries: undoneIn("deliveries", "delivered_at", "due_at", (at, by) => at <= by),
};
