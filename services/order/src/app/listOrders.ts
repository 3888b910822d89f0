import type { Database } from "@waybill/persistence";
import { readOrders } from "../db/orderStore.ts";
import type { OrderView } from "./orderView.ts";
import type { StatusPort } from "./ports.ts";

/** The filters and page of a list, as status has them. */
export type ListRequest = Parameters<StatusPort["listStatuses"]>[0];

/** One page of orders: status lists them, and their content is joined by one query. */
export const listOrders =
  (db: Database, statuses: StatusPort) =>
  async (
    request: ListRequest,
  ): Promise<{ readonly views: readonly OrderView[]; readonly nextPageToken: string }> => {
    const page = await statuses.listStatuses(request);
    const rows = await readOrders(
      db,
      page.statuses.map(({ orderId }) => orderId),
    );
    const views = page.statuses.flatMap((status) => {
      const row = rows.get(status.orderId);
      return row?.kind === "stored" ? [{ order: row.order, status }] : [];
    });
    return { views, nextPageToken: page.nextPageToken };
  };
