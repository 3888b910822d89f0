import { ErrorReason } from "@waybill/contracts/errors";
import { type Refusal, refuse } from "@waybill/rpc";

/** How long a client should wait before it repeats a request that could not be carried out now. Unit: ms. */
const retryDelayMs = 1_000;

/** The refusal of what needs a service that does not answer; nothing is known to be wrong with the request. */
const away = (callee: string, message: string) => (): Refusal =>
  refuse.unavailable(ErrorReason.CALLEE_UNAVAILABLE, message, retryDelayMs, { callee });

export const usersAway = away(
  "user",
  "The user cannot be checked at the moment. Repeat the request with the same request_id.",
);

export const itemsAway = away(
  "item",
  "The stock cannot be checked at the moment. Repeat the request with the same request_id.",
);

export const statusAway = away(
  "status",
  "The order's state is not known at the moment. Repeat the request.",
);

/** The refusal of an order whose caller has hung up, or whose deadline has passed, before it was stored. */
export function tooLate(): Refusal {
  return refuse.resourceExhausted(
    ErrorReason.OVERLOADED,
    "The order could not be placed in time. Repeat the request with the same request_id.",
    retryDelayMs,
  );
}

export function unknownUser(userId: string): Refusal {
  return refuse.notFound(ErrorReason.USER_NOT_FOUND, `There is no user ${userId} (user_id).`, {
    user_id: userId,
  });
}

/** The refusal of an id that is no order, or no order of this customer: which of them is not told. */
export function orderNotFound(orderId: string): Refusal {
  return refuse.notFound(ErrorReason.ORDER_NOT_FOUND, `There is no order ${orderId}.`, {
    order_id: orderId,
  });
}

/** The refusal of anything that needs an order which is cancelled. */
export function cancelled(orderId: string, reason: string): Refusal {
  return refuse.aborted(
    ErrorReason.ORDER_CANCELLED,
    `Order ${orderId} is cancelled${reason === "" ? "" : ` (${reason})`}.`,
    { order_id: orderId, reason },
  );
}

/** The refusal of an order all of whose ids were abandoned. */
export function abandoned(): Refusal {
  return refuse.aborted(
    ErrorReason.ORDER_ABANDONED,
    "This order was abandoned before it was stored. Place it again under another id.",
  );
}

export function contentMismatch(orderId: string): Refusal {
  return refuse.alreadyExists(
    ErrorReason.CONTENT_MISMATCH,
    `Order ${orderId} was placed before with other content. Use another order_id or request_id.`,
    { order_id: orderId },
  );
}
