import { ErrorReason } from "@waybill/contracts/errors";
import type { Database } from "@waybill/persistence";
import { type Refusal, refuse } from "@waybill/rpc";
import { insertOrders, readOrders } from "../db/orderStore.ts";
import type { Order, Prices } from "../domain/order.ts";
import { maxAttempts } from "../domain/orderId.ts";
import type { Announcer } from "./announcer.ts";
import type { Hold } from "./holdStock.ts";
import type { Placement, PlacementResult } from "./placement.ts";
import { Attempt } from "./placement.ts";
import type { ItemPort } from "./ports.ts";
import type { UserDirectory } from "./userDirectory.ts";

export interface PlacementParts {
  readonly db: Database;
  readonly users: UserDirectory;
  readonly items: Pick<ItemPort, "batchCancelReservations">;
  readonly holdStock: (attempts: readonly Attempt[]) => Promise<readonly Hold[]>;
  readonly announcer: Announcer;
}

/**
 * Places a batch of orders: holds their stock, stores them in one commit, which is the acknowledgement, and announces them to status.
 * If the process dies before the commit, the expired hold is resolved by the item service; if it dies after, the sweeper announces.
 */
export const placeOrders =
  (parts: PlacementParts) =>
  async (placements: readonly Placement[]): Promise<readonly PlacementResult[]> => {
    const attempts = new Map<string, Attempt>();
    for (const placement of placements) {
      const key = keyOf(placement);
      // The first of equal requests in a batch is tried; the others get its result.
      if (!attempts.has(key)) attempts.set(key, new Attempt(placement));
    }
    await placeAll(parts, [...attempts.values()]);
    const orders = [...attempts.values()].flatMap(({ stored }) => (stored ? [stored.order] : []));
    const statuses = await parts.announcer.announce(orders);
    return placements.map((placement) => {
      const attempt = attempts.get(keyOf(placement));
      if (attempt === undefined) throw new Error("a placement without an attempt");
      const { stored, refusal } = attempt;
      if (stored === undefined) return { kind: "refused", refusal: refusal ?? abandoned() };
      const { order } = stored;
      if (order.contentHash !== placement.contentHash) {
        return { kind: "refused", refusal: contentMismatch(order.orderId) };
      }
      const replayed = stored.replayed || attempt.placement !== placement;
      return { kind: "placed", view: { order, status: statuses.get(order.orderId) }, replayed };
    });
  };

function keyOf(placement: Placement): string {
  return placement.candidates[0] ?? "";
}

async function placeAll(parts: PlacementParts, attempts: readonly Attempt[]): Promise<void> {
  await adoptStored(
    parts,
    attempts.filter(({ placement }) => placement.isRepeatable),
  );
  await checkUsers(parts, attempts.filter(isOpen));
  for (let round = 1; round <= maxAttempts; round++) {
    const open = attempts.filter(isOpen);
    if (open.length === 0) return;
    await placeOnce(parts, open);
  }
  for (const attempt of attempts.filter(isOpen)) attempt.refusal = abandoned();
}

const isOpen = (attempt: Attempt): boolean => attempt.isOpen;

/** One round: what is left open afterwards has met an abandoned id and has taken its next one. */
async function placeOnce(parts: PlacementParts, attempts: readonly Attempt[]): Promise<void> {
  const holds = await parts.holdStock(attempts);
  const orders = new Map<string, Order>();
  attempts.forEach((attempt, index) => {
    const hold = holds[index];
    if (hold === undefined || hold.kind === "abandoned") return;
    if (hold.kind === "refused") attempt.refusal = hold.refusal;
    else if (attempt.orderId !== undefined) {
      const prices = hold.kind === "held" ? hold.prices : undefined;
      orders.set(attempt.orderId, newOrder(attempt.orderId, attempt.placement, prices));
    }
  });
  const inserted =
    orders.size > 0 ? await insertOrders(parts.db, [...orders.values()]) : new Set<string>();
  for (const attempt of attempts.filter(isOpen)) {
    const order = orders.get(attempt.orderId ?? "");
    if (order && inserted.has(order.orderId)) attempt.stored = { order, replayed: false };
  }
  const abandonedIds = await adoptStored(parts, attempts.filter(isOpen));
  await releaseHolds(
    parts,
    abandonedIds.filter((orderId) => orders.has(orderId)),
  );
}

/** Takes over orders that are stored already, and passes by ids that are abandoned; answers the latter. */
async function adoptStored(
  parts: PlacementParts,
  attempts: readonly Attempt[],
): Promise<readonly string[]> {
  if (attempts.length === 0) return [];
  const known = await readOrders(
    parts.db,
    attempts.flatMap(({ placement }) => placement.candidates),
  );
  for (const attempt of attempts) {
    while (attempt.orderId !== undefined && known.get(attempt.orderId)?.kind === "abandoned") {
      attempt.takeNextId();
    }
    if (attempt.orderId === undefined) {
      attempt.refusal = abandoned();
      continue;
    }
    const found = known.get(attempt.orderId);
    if (found?.kind !== "stored") continue;
    if (found.order.contentHash === attempt.placement.contentHash) {
      attempt.stored = { order: found.order, replayed: true };
    } else {
      attempt.refusal = contentMismatch(found.order.orderId);
    }
  }
  return [...known.values()].flatMap((row) => (row.kind === "abandoned" ? [row.orderId] : []));
}

async function checkUsers(parts: PlacementParts, attempts: readonly Attempt[]): Promise<void> {
  const known = await parts.users.look(attempts.map(({ placement }) => placement.content.userId));
  for (const attempt of attempts) {
    const { userId } = attempt.placement.content;
    const user = known.get(userId);
    if (user === "unavailable") attempt.refusal = usersAway();
    else if (user !== "exists") attempt.refusal = unknownUser(userId);
  }
}

/** Cancels the holds of ids that were abandoned meanwhile. Should this fail, the item service finds out when they expire. */
async function releaseHolds(parts: PlacementParts, orderIds: readonly string[]): Promise<void> {
  if (orderIds.length === 0) return;
  const requests = orderIds.map((transactionId) => ({ transactionId }));
  await parts.items.batchCancelReservations({ requests }).catch(() => undefined);
}

function newOrder(orderId: string, placement: Placement, prices: Prices | undefined): Order {
  return {
    orderId,
    content: placement.content,
    contentHash: placement.contentHash,
    prices,
    reservationMode: prices === undefined ? "DEFERRED" : "HELD",
    placedAt: new Date(),
    expiresAt: placement.expiresAt,
    traceparent: placement.traceparent,
    isAnnounced: false,
  };
}

function abandoned(): Refusal {
  return refuse.aborted(
    ErrorReason.ORDER_ABANDONED,
    "This order was abandoned before it was stored. Place it again under another id.",
  );
}

function contentMismatch(orderId: string): Refusal {
  return refuse.alreadyExists(
    ErrorReason.CONTENT_MISMATCH,
    `Order ${orderId} was placed before with other content. Use another order_id or request_id.`,
    { order_id: orderId },
  );
}

function usersAway(): Refusal {
  return refuse.unavailable(
    ErrorReason.CALLEE_UNAVAILABLE,
    "The user cannot be checked at the moment. Repeat the request with the same request_id.",
    1_000,
    { callee: "user" },
  );
}

function unknownUser(userId: string): Refusal {
  return refuse.notFound(ErrorReason.USER_NOT_FOUND, `There is no user ${userId} (user_id).`, {
    user_id: userId,
  });
}
