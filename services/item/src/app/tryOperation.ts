import { contentHash, type TryOperation } from "@waybill/tcc";
import type { ReservationRequest } from "../domain/reservation.ts";

/** The operation of a Try. Where a line stood in the request, and how it was split, makes no other content. */
export function tryOperation(
  transactionId: string,
  content: ReservationRequest,
): TryOperation<ReservationRequest> {
  const lines = content.lines.map(({ itemId, quantity }) => [itemId, quantity] as const);
  return {
    kind: "try",
    transactionId,
    content,
    contentHash: contentHash({ userId: content.userId, lines }),
  };
}
