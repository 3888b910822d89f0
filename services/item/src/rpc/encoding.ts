import {
  type Item as ItemMessage,
  type Reservation as ReservationMessage,
  ReservationState,
} from "@waybill/contracts/item";
import type { Refusal } from "@waybill/rpc";
import { fenceRefusal } from "@waybill/tcc";
import type { Item } from "../domain/item.ts";
import type { Reservation, ReservationOutcome } from "../domain/reservation.ts";
import { holdRefusal } from "./refusals.ts";

export function toItemMessage(item: Item): ItemMessage {
  return { ...item, unitPrice: { ...item.unitPrice } };
}

export function toReservationMessage(reservation: Reservation): ReservationMessage {
  const { transactionId, userId, state, lines, total, expiresAt, createdAt, updatedAt } =
    reservation;
  return {
    transactionId,
    userId,
    state: ReservationState[state],
    lines: lines.map((line) => ({ ...line, unitPrice: { ...line.unitPrice } })),
    total: total && { ...total },
    expiresAt,
    createdAt,
    updatedAt,
  };
}

/** What a successful operation has come to. Throws the Refusal of any other. */
export function succeeded(outcome: ReservationOutcome): {
  readonly row: Reservation;
  readonly replayed: boolean;
} {
  if (outcome.kind === "done" || outcome.kind === "replayed") {
    return { row: outcome.row, replayed: outcome.kind === "replayed" };
  }
  throw toRefusal(outcome);
}

function toRefusal(
  outcome: Extract<ReservationOutcome, { kind: "refused" | "declined" }>,
): Refusal {
  return outcome.kind === "declined"
    ? holdRefusal(outcome.refusal)
    : fenceRefusal(outcome.reason, outcome.transactionId);
}
