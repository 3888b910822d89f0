import { metrics } from "@opentelemetry/api";
import { type Logger, sparingly } from "@waybill/chassis";
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

const refusals = metrics
  .getMeter("waybill.fulfilment")
  .createCounter("waybill.fulfilment.refused", {
    description: "Moves of orders that status refused. Each is asked for again every second.",
    unit: "{order}",
  });

/** What stays refused is told of so often. Unit: ms. */
const complainEveryMs = 60_000;

/**
 * Moves a batch of orders from one state to the next, by one call. Answers the ids of those that are in that state now, or beyond it, whoever
 * moved them; the others are for a later try. Throws when status is away.
 */
export function moveOrders({ statuses, from, to, service, logger }: MoveOptions) {
  const actor = { kind: ActorKind.SERVICE, id: service };
  const complain = sparingly(complainEveryMs, (about: object) =>
    logger.warn(about, "orders could not be moved"),
  );
  return async (orders: readonly OrderToMove[]): Promise<readonly string[]> => {
    const requests = orders.map(({ orderId, traceparent }) => ({
      orderId,
      expectedState: from,
      newState: to,
      actor,
      traceparent,
    }));
    const { results } = await statuses.batchUpdateStatuses({ requests });
    const [moved, left]: [string[], string[]] = [[], []];
    orders.forEach(({ orderId }, index) => {
      const result = results[index];
      const isThere = result !== undefined && hasReached(result, to);
      (isThere ? moved : left).push(orderId);
    });
    const [first] = left;
    if (first !== undefined) {
      const { result } = results[orders.findIndex(({ orderId }) => orderId === first)] ?? {};
      const failure = result?.$case === "failure" ? result.value : undefined;
      refusals.add(left.length, { service });
      complain({ orders: left.length, orderId: first, failure });
    }
    return moved;
  };
}

function hasReached({ result, current }: UpdateStatusResult, to: OrderState): boolean {
  if (result?.$case === "response") return true;
  // The states of an order that is not cancelled are numbered in their order.
  const state = current?.state ?? OrderState.UNSPECIFIED;
  return state >= to && state !== OrderState.CANCELLED;
}
