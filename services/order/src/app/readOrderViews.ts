import type { Status } from "@waybill/contracts/status";
import type { Database } from "@waybill/persistence";
import { Status as Code, fromFailure, isUnavailable, type Refusal, refusalOf } from "@waybill/rpc";
import { readOrders } from "../db/orderStore.ts";
import type { Order } from "../domain/order.ts";
import type { OrderView } from "./orderView.ts";
import type { StatusPort } from "./ports.ts";
import { statusAway } from "./refusals.ts";

export interface ViewRequest {
  readonly orderId: string;
  /** Leave the state out. */
  readonly contentOnly: boolean;
}

export type ViewResult =
  | { readonly kind: "found"; readonly view: OrderView }
  | { readonly kind: "unknown" }
  /** The order is stored, and its state could not be learnt. */
  | { readonly kind: "refused"; readonly refusal: Refusal };

/** The orders of a batch with their current states. While status is away, only those fail whose states are asked for. */
export const readOrderViews =
  (db: Database, statuses: Pick<StatusPort, "batchGetStatuses">) =>
  async (requests: readonly ViewRequest[]): Promise<readonly ViewResult[]> => {
    const rows = await readOrders(
      db,
      requests.map(({ orderId }) => orderId),
    );
    const orders = new Map<string, Order>();
    for (const row of rows.values()) {
      if (row.kind === "stored") orders.set(row.order.orderId, row.order);
    }
    const asked = requests.filter(
      ({ orderId, contentOnly }) => !contentOnly && orders.has(orderId),
    );
    const states = await readStates(statuses, [...new Set(asked.map(({ orderId }) => orderId))]);
    return requests.map(({ orderId, contentOnly }): ViewResult => {
      const order = orders.get(orderId);
      if (order === undefined) return { kind: "unknown" };
      if (contentOnly) return { kind: "found", view: { order, status: undefined } };
      const state = states.get(orderId) ?? { refusal: statusAway() };
      if ("refusal" in state) return { kind: "refused", refusal: state.refusal };
      return { kind: "found", view: { order, status: state.status } };
    });
  };

/** The status, undefined when status has not been told of the order yet, which counts as PENDING; anything else would be a guess. */
type Learnt = { readonly status: Status | undefined } | { readonly refusal: Refusal };

async function readStates(
  statuses: Pick<StatusPort, "batchGetStatuses">,
  orderIds: readonly string[],
): Promise<ReadonlyMap<string, Learnt>> {
  if (orderIds.length === 0) return new Map();
  try {
    const { results } = await statuses.batchGetStatuses({ orderIds: [...orderIds] });
    return new Map(orderIds.map((orderId, index) => [orderId, learnt(results[index]?.result)]));
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined || !isUnavailable(refusal)) throw error;
    return new Map(orderIds.map((orderId) => [orderId, { refusal }]));
  }
}

type Result = Awaited<ReturnType<StatusPort["batchGetStatuses"]>>["results"][number]["result"];

function learnt(result: Result): Learnt {
  if (result?.$case === "response") return { status: result.value.status };
  if (result === undefined) return { refusal: statusAway() };
  if (result.value.code === Code.NOT_FOUND) return { status: undefined };
  return { refusal: fromFailure(result.value) };
}
