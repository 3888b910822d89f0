import type { Logger } from "@waybill/chassis";
import type { StatusServiceClient, UpdateStatusResult } from "@waybill/contracts/status";
import { ActorKind, OrderState } from "@waybill/contracts/status";

export interface OrderToMove {
  readonly orderId: string;
  readonly traceparent: string;
}

export interface MoveOptions {
  readonly statuses: Pick<StatusServiceClient, "batchUpdateStatuses">;
  readonly from: OrderState;
  readonly to: OrderState;
  /** The service that asks, by its name. */
  readonly service: string;
  readonly logger: Logger;
}

/**
 * Moves a batch of orders from one state to the next, by one call. Answers the ids of those that are in that state now, or beyond it, whoever
 * moved them; the others are for a later try. Throws when status is away.
 */
export const moveOrders =
  ({ statuses, from, to, service, logger }: MoveOptions) =>
  async (orders: readonly OrderToMove[]): Promise<readonly string[]> => {
    const actor = { kind: ActorKind.SERVICE, id: service };
    const requests = orders.map(({ orderId, traceparent }) => ({
      orderId,
      expectedState: from,
      newState: to,
      actor,
      traceparent,
    }));
    const { results } = await statuses.batchUpdateStatuses({ requests });
    return orders.flatMap(({ orderId }, index) => {
      const result = results[index];
      if (result !== undefined && hasReached(result, to)) return [orderId];
      const failure = result?.result?.$case === "failure" ? result.result.value : undefined;
      logger.warn({ order_id: orderId, failure }, "the order could not be moved yet");
      return [];
    });
  };

function hasReached({ result, current }: UpdateStatusResult, to: OrderState): boolean {
  if (result?.$case === "response") return true;
  // The states of an order that is not cancelled are numbered in their order.
  const state = current?.state ?? OrderState.UNSPECIFIED;
  return state >= to && state !== OrderState.CANCELLED;
}
