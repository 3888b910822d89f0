import {
  OrderState,
  type Tried,
  type UpdateStatusRequest,
  type UpdateStatusResult,
} from "@waybill/contracts/status";
import { type Decision, decideTried } from "../domain/decision.ts";
import { finished, type OrderFacts, type Outcome, type Step } from "../domain/process.ts";
import { askAll, type FailedAnswer, proceed } from "./askAll.ts";
import { type Outcomes, outcomeOf } from "./outcomes.ts";
import type { Workshop } from "./ports.ts";
import { recordDecision } from "./processMetrics.ts";
import { workflowActor } from "./requests.ts";

/** A decision on an order, and the step in which the order stays while the decision cannot be made so. */
export interface Decided {
  readonly order: OrderFacts;
  readonly decision: Decision;
  readonly stayIn: Step;
  /** The Tries have succeeded, which the record does not say yet: it is marked together with the confirmation. */
  readonly tried?: Tried;
}

/** DECIDE: what is to become of orders whose Tries have succeeded. */
export async function decideOrders(
  workshop: Workshop,
  orders: readonly OrderFacts[],
): Promise<Outcomes> {
  const now = workshop.clock();
  return applyDecisions(
    workshop,
    orders.map((order) => {
      const decision = decideTried(order, now, workshop.decisions);
      return { order, decision, stayIn: "DECIDE" };
    }),
  );
}

/** Makes decisions so, in one call: the compare-and-set in status, which tells who was faster. */
export async function applyDecisions(
  { callees, clock, decisions }: Workshop,
  all: readonly Decided[],
): Promise<Outcomes> {
  const outcomes = new Map<string, Outcome>();
  const moves = all.flatMap(({ decision, ...decided }) => {
    if (decision.kind !== "wait") return [{ ...decided, decision }];
    outcomes.set(decided.order.orderId, { kind: "waiting", step: "DECIDE", until: decision.until });
    return [];
  });
  const answers = await askAll(moves, (batch) =>
    callees.status.batchUpdateStatuses({ requests: batch.map(moveOf) }),
  );
  const decidedAt = clock();
  proceed(
    moves,
    answers,
    ({ order }) => {
      recordDecision(order, decidedAt, decisions.cancellationWindowMs);
      outcomes.set(order.orderId, finished);
    },
    ({ order, stayIn }, answer) => outcomes.set(order.orderId, lostOrFailed(stayIn, answer)),
  );
  return outcomes;
}

interface Move extends Decided {
  readonly decision: Exclude<Decision, { kind: "wait" }>;
}

function moveOf({ order, decision, tried }: Move): Partial<UpdateStatusRequest> {
  const { orderId, traceparent } = order;
  const move = { orderId, traceparent, expectedState: OrderState.PENDING, actor: workflowActor };
  return decision.kind === "confirm"
    ? { ...move, newState: OrderState.CONFIRMED, tried }
    : { ...move, newState: OrderState.CANCELLED, reason: decision.reason };
}

/** Somebody else decided first: the event of that decision carries on. Otherwise the call failed. */
function lostOrFailed(step: Step, answer: FailedAnswer<UpdateStatusResult>): Outcome {
  const current = answer.element?.current?.state;
  const decided = current !== undefined && current !== OrderState.PENDING;
  return decided ? finished : outcomeOf(step, "UpdateStatus", answer.failure);
}
