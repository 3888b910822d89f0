import type { Status } from "@waybill/contracts/status";
import type { Database } from "@waybill/persistence";
import { fromFailure, isUnavailable } from "@waybill/rpc";
import { readOrders } from "../db/orderStore.ts";
import type { Order } from "../domain/order.ts";
import type { OrderView } from "./orderView.ts";
import type { StatusPort } from "./ports.ts";

export interface ViewRequest {
  readonly orderId: string;
  /** Leave the state out. */
  readonly contentOnly: boolean;
}

/** The orders of a batch with their current states; undefined for orders that are not stored. Throws when status is needed and away. */
export const readOrderViews =
  (db: Database, statuses: StatusPort) =>
  async (requests: readonly ViewRequest[]): Promise<readonly (OrderView | undefined)[]> => {
    const rows = await readOrders(
      db,
      requests.map(({ orderId }) => orderId),
    );
    const orders = new Map<string, Order>();
    for (const row of rows.values())
      if (row.kind === "stored") orders.set(row.order.orderId, row.order);
    const asked = requests.filter(
      ({ orderId, contentOnly }) => !contentOnly && orders.has(orderId),
    );
    const known = await readStates(
      statuses,
      asked.map(({ orderId }) => orderId),
    );
    return requests.map(({ orderId, contentOnly }) => {
      const order = orders.get(orderId);
      return order && { order, status: contentOnly ? undefined : known.get(orderId) };
    });
  };

async function readStates(
  statuses: StatusPort,
  orderIds: readonly string[],
): Promise<Map<string, Status>> {
  const known = new Map<string, Status>();
  if (orderIds.length === 0) return known;
  const { results } = await statuses.batchGetStatuses({ orderIds: [...new Set(orderIds)] });
  for (const { result } of results) {
    // An order that status does not know yet counts as PENDING; anything else would be a guess.
    if (result?.$case === "failure" && isUnavailable(fromFailure(result.value))) {
      throw fromFailure(result.value);
    }
    const status = result?.$case === "response" ? result.value.status : undefined;
    if (status !== undefined) known.set(status.orderId, status);
  }
  return known;
}
