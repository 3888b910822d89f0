import { orderEventType, paymentEventType } from "@waybill/contracts/events";
import { PaymentEvent } from "@waybill/contracts/payment";
import { OrderEvent } from "@waybill/contracts/status";
import {
  type DeadLetter as DeadLetterMessage,
  DeadLetterVerdict,
  type DeadLetterDecision as DecisionMessage,
  type Process as ProcessMessage,
  ProcessState,
  ProcessStep,
} from "@waybill/contracts/workflow";
import type { DeadLetter } from "@waybill/messaging";
import type { DeadLetterDecision } from "../db/deadLetterDecisions.ts";
import { type Process, type Step, steps } from "../domain/process.ts";

/** The step of a contract's number; undefined for UNSPECIFIED, which is no filter. */
export const toStep = (number: ProcessStep): Step | undefined =>
  steps.find((step) => ProcessStep[step] === number);

/** The state of a contract's number; undefined for UNSPECIFIED, which is no filter. */
export const toProcessState = (number: ProcessState): Process["state"] | undefined =>
  (["WAITING", "STUCK"] as const).find((state) => ProcessState[state] === number);

export function processMessage(process: Process): ProcessMessage {
  const { order, step, state, since, nextAt, attempts, lastError } = process;
  return {
    orderId: order.orderId,
    step: ProcessStep[step],
    state: ProcessState[state],
    since,
    nextAt,
    attempts,
    lastError: describe(lastError, process.lastReason),
    placedAt: order.placedAt,
  };
}

/** The reason is for programs, and the words may lack it. */
const describe = (error: string, reason: string): string =>
  reason === "" || error.includes(reason) ? error : `${error} (${reason})`;

export function deadLetterMessage(letter: DeadLetter): DeadLetterMessage {
  const { id, payload, ...rest } = letter;
  return {
    ...rest,
    deadLetterId: id,
    payload: Buffer.from(payload),
    payloadJson: payloadJson(letter),
  };
}

export function decisionMessage(decided: DeadLetterDecision): DecisionMessage {
  const { deadLetter, decision, reason, decidedBy, decidedAt, replayedAs = 0n } = decided;
  const letter = deadLetterMessage({ ...deadLetter, payload: new Uint8Array() });
  return {
    deadLetter: { ...letter, payloadJson: "" },
    verdict: DeadLetterVerdict[decision],
    reason,
    decidedBy,
    decidedAt,
    replayedAs,
  };
}

/** The types' common beginnings: "waybill.order.v1." and "waybill.payment.v1.". */
const orderTypes = orderEventType("placed").replace(/[^.]+$/, "");
const paymentTypes = paymentEventType("declined").replace(/[^.]+$/, "");

/** As much as the payload itself: escaped, garbage may be six times as long, and no answer would have room for it. Unit: bytes. */
const maxJsonBytes = 1024 * 1024;

/** The payload as JSON by the event's type; empty when it has no known type, or not that shape, or is too long. */
function payloadJson({ eventType, payload }: DeadLetter): string {
  try {
    const json = JSON.stringify(decoded(eventType, payload)) ?? "";
    return Buffer.byteLength(json) <= maxJsonBytes ? json : "";
  } catch {
    return ""; // It may have been given up for that very reason; the bytes are answered anyway.
  }
}

function decoded(eventType: string, payload: Uint8Array): unknown {
  if (eventType.startsWith(orderTypes)) return OrderEvent.toJSON(OrderEvent.decode(payload));
  if (eventType.startsWith(paymentTypes)) return PaymentEvent.toJSON(PaymentEvent.decode(payload));
  return undefined;
}
