import { OrderState, type Status } from "@waybill/contracts/status";
import { hanging } from "../domain/news.ts";
import { finished, type OrderFacts, type Outcome } from "../domain/process.ts";
import { askAll, proceed } from "./askAll.ts";
import { type Outcomes, outcomeOf } from "./outcomes.ts";
import type { Workshop } from "./ports.ts";

/**
 * FULFIL: looks whether orders that hang in shipping or delivery have arrived. Nothing is done about it but to list them. The event alone does
 * not tell: after a loss of the stream those of orders that arrived long ago come again, too.
 */
export async function watchFulfilment(
  { callees }: Workshop,
  orders: readonly OrderFacts[],
): Promise<Outcomes> {
  const answers = await askAll(orders, (batch) =>
    callees.status.batchGetStatuses({ orderIds: batch.map(({ orderId }) => orderId) }),
  );
  const outcomes = new Map<string, Outcome>();
  proceed(
    orders,
    answers,
    ({ orderId }, { status }) => outcomes.set(orderId, outcomeIn(status)),
    ({ orderId }, { failure }) => outcomes.set(orderId, outcomeOf("FULFIL", "GetStatus", failure)),
  );
  return outcomes;
}

function outcomeIn(status: Status | undefined): Outcome {
  const shipped = status?.state === OrderState.SHIPPED;
  if (!shipped && status?.state !== OrderState.PROCESSING) return finished;
  return hangs(shipped ? "SHIPPED" : "PROCESSING", status.movedAt ?? new Date(0));
}

/** The outcome for an order that has been in this state for a while. */
const hangs = (state: "PROCESSING" | "SHIPPED", since: Date): Outcome => ({
  kind: "failed",
  step: "FULFIL",
  setback: hanging(state, since),
  failingSince: since,
});
