import { ErrorReason } from "@waybill/contracts/errors";
import { type Refusal, refuse } from "@waybill/rpc";
import type { FenceRefusal } from "./fence.ts";

/** How a refusal of the fence is answered: the same for every participant. */
export function fenceRefusal(reason: FenceRefusal, transactionId: string): Refusal {
  switch (reason) {
    case "CONTENT_MISMATCH":
      return refuse.alreadyExists(
        ErrorReason.CONTENT_MISMATCH,
        `Transaction ${transactionId} was tried before with other content.`,
      );
    case "TRANSACTION_CANCELLED":
      return refuse.aborted(
        ErrorReason.TRANSACTION_CANCELLED,
        `Transaction ${transactionId} is cancelled.`,
      );
    case "NOT_TRIED":
      return refuse.failedPrecondition(
        ErrorReason.NOT_TRIED,
        `Transaction ${transactionId} has not been tried, so it cannot be confirmed.`,
      );
    case "ALREADY_CONFIRMED":
      return refuse.failedPrecondition(
        ErrorReason.ALREADY_CONFIRMED,
        `Transaction ${transactionId} is confirmed, so it cannot be cancelled.`,
      );
    default:
      throw new Error(`unknown refusal ${reason satisfies never}`);
  }
}
