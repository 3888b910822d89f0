import type { Failure } from "@waybill/contracts/errors";
import { OrderState, type UpdateStatusResult } from "@waybill/contracts/status";
import { finished, type OrderFacts, type Outcome } from "../domain/process.ts";
import { askAll, type FailedAnswer, proceed } from "./askAll.ts";
import { type Outcomes, outcomeOf } from "./outcomes.ts";
import type { Workshop } from "./ports.ts";
import { transactionOf, workflowActor } from "./requests.ts";

/**
 * CONFIRM: deducts the stock, then captures the payment of those whose stock is deducted, so that money is never
 * taken for missing stock, and moves those on to PROCESSING. Three calls for any number of orders.
 */
export async function confirmOrders(
  { callees }: Workshop,
  orders: readonly OrderFacts[],
): Promise<Outcomes> {
  const outcomes = new Map<string, Outcome>();
  const goOn = (order: OrderFacts): OrderFacts => order;
  const leave =
    (call: string) =>
    (order: OrderFacts, { failure }: { failure: Failure }) =>
      void outcomes.set(order.orderId, outcomeOf("CONFIRM", call, failure));

  const stock = await askAll(orders, (batch) =>
    callees.item.batchConfirmReservations({ requests: batch.map(transactionOf) }),
  );
  const deducted = proceed(orders, stock, goOn, leave("ConfirmReservation"));
  const payments = await askAll(deducted, (batch) =>
    callees.payment.batchConfirmPayments({ requests: batch.map(transactionOf) }),
  );
  const captured = proceed(deducted, payments, goOn, leave("ConfirmPayment"));
  const moves = await askAll(captured, (batch) =>
    callees.status.batchUpdateStatuses({ requests: batch.map(toProcessing) }),
  );
  proceed(
    captured,
    moves,
    ({ orderId }) => outcomes.set(orderId, finished),
    ({ orderId }, answer) => outcomes.set(orderId, movedOrFailed(answer)),
  );
  return outcomes;
}

const toProcessing = ({ orderId, traceparent }: OrderFacts) => ({
  orderId,
  traceparent,
  expectedState: OrderState.CONFIRMED,
  newState: OrderState.PROCESSING,
  actor: workflowActor,
});

const further: ReadonlySet<OrderState | undefined> = new Set([
  OrderState.PROCESSING,
  OrderState.SHIPPED,
  OrderState.DELIVERED,
]);

/** An attempt before this one moved it on. Any other state than CONFIRMED is a contradiction, to be looked at. */
function movedOrFailed(answer: FailedAnswer<UpdateStatusResult>): Outcome {
  if (further.has(answer.element?.current?.state)) return finished;
  return outcomeOf("CONFIRM", "UpdateStatus", answer.failure);
}
