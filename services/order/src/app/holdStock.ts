import type { Logger } from "@waybill/chassis";
import { ErrorReason } from "@waybill/contracts/errors";
import type {
  Reservation,
  TryReservationRequest,
  TryReservationResult,
} from "@waybill/contracts/item";
import { countFallback, fromFailure, isUnavailable, Refusal } from "@waybill/rpc";
import type { Prices } from "../domain/order.ts";
import { byWeight } from "./byWeight.ts";
import type { Attempt } from "./placement.ts";
import type { ItemPort } from "./ports.ts";
import { itemsAway } from "./refusals.ts";

/** What to do while the item service is away: accept the order without prices, or refuse it. */
export type ReservationFallback = "defer" | "reject";

/** Lines of one call: with the longest names the answer stays well below the largest message. */
const maxLinesPerCall = 4_000;

export type Hold =
  | { readonly kind: "held"; readonly prices: Prices }
  | { readonly kind: "deferred"; readonly prices: undefined }
  /** The id was cancelled before: another one has to be taken. */
  | { readonly kind: "blocked" }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/** Holds the stock of each attempt under the id that it tries now; one call for all of them, unless they are very large. */
export const holdStock =
  (items: Pick<ItemPort, "batchTryReservations">, fallback: ReservationFallback, logger: Logger) =>
  async (attempts: readonly Attempt[]): Promise<readonly Hold[]> => {
    const linesOf = ({ placement }: Attempt) => placement.content.lines.length;
    const calls = byWeight(attempts, linesOf, maxLinesPerCall).map(async (some) => {
      try {
        const { results } = await items.batchTryReservations({ requests: some.map(tryRequest) });
        return some.map((attempt, index) => holdOf(attempt, results[index], fallback));
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        logger.warn({ err: error, orders: some.length, fallback }, "item service is away");
        countFallback("item", fallback, some.length);
        return some.map(() => whileAway(fallback));
      }
    });
    return (await Promise.all(calls)).flat();
  };

const whileAway = (fallback: ReservationFallback): Hold =>
  fallback === "defer"
    ? { kind: "deferred", prices: undefined }
    : { kind: "refused", refusal: itemsAway() };

function tryRequest({ orderId, placement }: Attempt): TryReservationRequest {
  const lines = placement.content.lines.map((line) => ({
    ...line,
    name: "",
    unitPrice: undefined,
  }));
  const { traceparent } = placement;
  return { transactionId: orderId ?? "", userId: placement.content.userId, lines, traceparent };
}

function holdOf(
  { placement }: Attempt,
  element: TryReservationResult | undefined,
  fallback: ReservationFallback,
): Hold {
  const result = element?.result;
  if (result?.$case === "response" && result.value.reservation !== undefined) {
    return { kind: "held", prices: pricesOf(result.value.reservation) };
  }
  if (result?.$case !== "failure") throw new Error("item answered no result for an element");
  const refusal = fromFailure(result.value);
  if (isUnavailable(refusal)) {
    countFallback("item", fallback);
    return whileAway(fallback);
  }
  if (refusal.reason === ErrorReason.TRANSACTION_CANCELLED) return { kind: "blocked" };
  return { kind: "refused", refusal: namingLines(refusal, placement.lineIndexes) };
}

function pricesOf({ lines, total }: Reservation): Prices {
  if (total === undefined) throw new Error("item answered a reservation without a total");
  const priced = lines.map(({ itemId, quantity, name, unitPrice }) => {
    if (unitPrice === undefined) throw new Error("item answered a line without a price");
    return { itemId, quantity, name, unitPrice };
  });
  return { lines: priced, total };
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
