import type { Logger } from "@waybill/chassis";
import { ErrorReason } from "@waybill/contracts/errors";
import type { Reservation, TryReservationRequest } from "@waybill/contracts/item";
import { fromFailure, isUnavailable, Refusal, refuse } from "@waybill/rpc";
import type { Prices } from "../domain/order.ts";
import type { Attempt } from "./placement.ts";
import type { ItemPort } from "./ports.ts";

/** What to do while the item service is away: accept the order without prices, or refuse it. */
export type ReservationFallback = "defer" | "reject";

/** How long a client should wait before it repeats a refused request. Unit: ms. */
const retryDelayMs = 1_000;

export type Hold =
  | { readonly kind: "held"; readonly prices: Prices }
  | { readonly kind: "deferred" }
  /** The id was cancelled before: another one has to be taken. */
  | { readonly kind: "abandoned" }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/** Holds the stock of each attempt under the id that it tries now; one call for all of them. */
export const holdStock =
  (items: ItemPort, fallback: ReservationFallback, logger: Logger) =>
  async (attempts: readonly Attempt[]): Promise<readonly Hold[]> => {
    const unavailable = (): Hold =>
      fallback === "defer" ? { kind: "deferred" } : { kind: "refused", refusal: itemsAway() };
    try {
      const requests = attempts.map(tryRequest);
      const { results } = await items.batchTryReservations({ requests });
      return attempts.map(({ placement }, index) => {
        const result = results[index]?.result;
        if (result?.$case === "response" && result.value.reservation !== undefined) {
          return held(result.value.reservation);
        }
        if (result?.$case !== "failure") throw new Error("item answered no result for an element");
        const refusal = fromFailure(result.value);
        if (isUnavailable(refusal)) return unavailable();
        if (refusal.reason === ErrorReason.TRANSACTION_CANCELLED) return { kind: "abandoned" };
        return { kind: "refused", refusal: namingLines(refusal, placement.lineIndexes) };
      });
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      logger.warn({ err: error, orders: attempts.length, fallback }, "item service is away");
      return attempts.map(unavailable);
    }
  };

function tryRequest({ orderId, placement }: Attempt): TryReservationRequest {
  const lines = placement.content.lines.map((line) => ({
    ...line,
    name: "",
    unitPrice: undefined,
  }));
  const { traceparent } = placement;
  return { transactionId: orderId ?? "", userId: placement.content.userId, lines, traceparent };
}

function held(reservation: Reservation): Hold {
  const { lines, total } = reservation;
  if (total === undefined) throw new Error("item answered a reservation without a total");
  const priced = lines.map(({ itemId, quantity, name, unitPrice }) => {
    if (unitPrice === undefined) throw new Error("item answered a line without a price");
    return { itemId, quantity, name, unitPrice };
  });
  return { kind: "held", prices: { lines: priced, total } };
}

/** The item service saw merged lines; the client is told of its own. */
function namingLines(refusal: Refusal, lineIndexes: ReadonlyMap<string, number>): Refusal {
  if (refusal.reason !== ErrorReason.ITEM_NOT_FOUND) return refusal;
  const missing = (refusal.metadata.item_ids ?? "").split(",");
  return new Refusal(refusal.code, refusal.reason, refusal.message, {
    metadata: refusal.metadata,
    violations: missing.map((itemId) => ({
      field: `lines[${lineIndexes.get(itemId) ?? 0}].item_id`,
      description: `there is no item ${itemId}`,
    })),
  });
}

function itemsAway(): Refusal {
  return refuse.unavailable(
    ErrorReason.CALLEE_UNAVAILABLE,
    "The stock cannot be checked at the moment. Repeat the request with the same request_id.",
    retryDelayMs,
    { callee: "item" },
  );
}
