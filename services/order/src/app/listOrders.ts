import type { Status } from "@waybill/contracts/status";
import type { Database } from "@waybill/persistence";
import { countFitting } from "@waybill/rpc";
import { readOrders } from "../db/orderStore.ts";
import { sizeOf } from "../domain/size.ts";
import type { OrderView } from "./orderView.ts";
import type { StatusPort } from "./ports.ts";

/** The filters and page of a list, as status has them. */
export type ListRequest = Parameters<StatusPort["listStatuses"]>[0];

export interface OrderPage {
  readonly views: readonly OrderView[];
  readonly nextPageToken: string;
}

/**
 * One page of orders: status lists them, and their content is joined by one query. A page of very large orders has fewer of them than were asked
 * for, since it must fit into one message.
 */
export const listOrders =
  (db: Database, statuses: Pick<StatusPort, "listStatuses">) =>
  async (request: ListRequest): Promise<OrderPage> => {
    for (let { pageSize } = request; ; ) {
      const page = await statuses.listStatuses({ ...request, pageSize });
      const views = await withContent(db, page.statuses);
      const fitting = countFitting(views.map(bytesOf));
      if (fitting === views.length) return { views, nextPageToken: page.nextPageToken };
      pageSize = fitting; // Less than before, so that this ends.
    }
  };

function bytesOf({ order: { content, prices } }: OrderView): number {
  return sizeOf(prices?.lines ?? content.lines, content.shipTo);
}

async function withContent(
  db: Database,
  statuses: readonly Status[],
): Promise<readonly OrderView[]> {
  const ids = statuses.map(({ orderId }) => orderId);
  const rows = await readOrders(db, ids);
  return statuses.flatMap((status) => {
    const row = rows.get(status.orderId);
    return row?.kind === "stored" ? [{ order: row.order, status }] : [];
  });
}
