import { kindOf } from "../domain/failure.ts";
import { finished, type OrderFacts, type Outcome } from "../domain/process.ts";
import { type Answer, askAll, type ResultElement } from "./askAll.ts";
import { type Outcomes, outcomeOf } from "./outcomes.ts";
import type { Workshop } from "./ports.ts";
import { transactionOf } from "./requests.ts";

/** CANCEL: releases stock and payment, side by side. An order is through when both have succeeded. Two calls for any number of orders. */
export async function cancelOrders(
  { callees }: Workshop,
  orders: readonly OrderFacts[],
): Promise<Outcomes> {
  const [stock, payments] = await Promise.all([
    askAll(orders, (batch) =>
      callees.item.batchCancelReservations({ requests: batch.map(transactionOf) }),
    ),
    askAll(orders, (batch) =>
      callees.payment.batchCancelPayments({ requests: batch.map(transactionOf) }),
    ),
  ]);
  return new Map(
    orders.map(({ orderId }, index) => [
      orderId,
      outcomeOfBoth(
        failureOf("CancelReservation", stock[index]),
        failureOf("CancelPayment", payments[index]),
      ),
    ]),
  );
}

type Failed = ReturnType<typeof failureOf>;

function failureOf(call: string, answer: Answer<ResultElement> | undefined) {
  return answer?.kind === "failed" ? { call, failure: answer.failure } : undefined;
}

/** A refusal for good is what somebody must know first; everything else passes. */
function outcomeOfBoth(stock: Failed, payment: Failed): Outcome {
  const failed = [stock, payment].filter((each) => each !== undefined);
  const worst = failed.find(({ failure }) => kindOf(failure) === "permanent") ?? failed[0];
  return worst === undefined ? finished : outcomeOf("CANCEL", worst.call, worst.failure);
}
