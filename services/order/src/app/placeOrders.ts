import type { Status } from "@waybill/contracts/status";
import type { Database } from "@waybill/persistence";
import { insertOrders, insertTombstones, readOrders } from "../db/orderStore.ts";
import type { Order, Prices } from "../domain/order.ts";
import { maxAttempts } from "../domain/orderId.ts";
import type { Announcer } from "./announcer.ts";
import type { Hold } from "./holdStock.ts";
import { Attempt, type Placement, type PlacementResult } from "./placement.ts";
import { countPlacements } from "./placementMetrics.ts";
import { abandoned, itemsAway, statusAway, tooLate, unknownUser, usersAway } from "./refusals.ts";
import type { UserDirectory } from "./userDirectory.ts";

export interface PlacementParts {
  readonly db: Database;
  readonly users: UserDirectory;
  readonly holdStock: (attempts: readonly Attempt[]) => Promise<readonly Hold[]>;
  /** Answers the ids whose holds could not be released now. */
  readonly releaseHolds: (orderIds: readonly string[]) => Promise<ReadonlySet<string>>;
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
    // The first of equal requests in a batch is tried; the others get its result.
    const tried = placements.map((placement) => {
      const attempt = new Attempt(placement);
      const first = attempts.getOrInsert(keyOf(attempt), attempt);
      if (first !== attempt) first.join(placement);
      return first;
    });
    await placeAll(parts, [...attempts.values()]);
    const orders = [...attempts.values()].flatMap(({ stored }) => (stored ? [stored.order] : []));
    const statuses = await parts.announcer.announce(orders);
    const results = tried.map((attempt, index) => resultOf(attempt, placements[index], statuses));
    countPlacements(results);
    return results;
  };

/** Requests of one id are not equal when their content differs, or when only one of them can be placed: each is judged by itself. */
const keyOf = ({ firstId, placement: { contentHash, refusalIfNew } }: Attempt): string =>
  `${firstId} ${contentHash} ${refusalIfNew === undefined}`;

function resultOf(
  { stored, refusal, placement: tried }: Attempt,
  placement: Placement | undefined,
  statuses: ReadonlyMap<string, Status>,
): PlacementResult {
  if (stored === undefined) return { kind: "refused", refusal: refusal ?? abandoned() };
  const { order } = stored;
  const status = statuses.get(order.orderId);
  // Only an order that was never announced is known to be PENDING without asking.
  if (status === undefined && order.isAnnounced) return { kind: "refused", refusal: statusAway() };
  const replayed = stored.replayed || tried !== placement;
  return { kind: "placed", view: { order, status }, replayed };
}

async function placeAll(parts: PlacementParts, attempts: readonly Attempt[]): Promise<void> {
  await adoptStored(
    parts,
    attempts.filter(({ placement }) => placement.isRepeatable),
  );
  for (const attempt of attempts.filter(isOpen)) attempt.refusal = attempt.placement.refusalIfNew;
  await checkUsers(parts, attempts.filter(isOpen));
  await releasePassed(parts, attempts.filter(isOpen));
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
  const blocked: string[] = [];
  attempts.forEach((attempt, index) => {
    const hold = holds[index];
    if (hold?.kind === "refused") attempt.refusal = hold.refusal;
    if (hold?.kind === "blocked" && attempt.orderId !== undefined) blocked.push(attempt.orderId);
  });
  if (blocked.length > 0) await insertTombstones(parts.db, blocked);
  const orders = newOrders(attempts, holds);
  if (orders.size > 0) {
    const inserted = await insertOrders(parts.db, [...orders.values()]);
    for (const attempt of attempts.filter(isOpen)) {
      const order = orders.get(attempt.orderId ?? "");
      if (order && inserted.has(order.orderId)) attempt.adopt(order, false);
    }
  }
  await adoptStored(parts, attempts.filter(isOpen));
  await releasePassed(parts, attempts);
}

/**
 * What is to be stored. Not what nobody waits for any more: its client may have repeated it meanwhile, and have been told that there is no
 * such order.
 */
function newOrders(attempts: readonly Attempt[], holds: readonly Hold[]): Map<string, Order> {
  const orders = new Map<string, Order>();
  attempts.forEach((attempt, index) => {
    const hold = holds[index];
    const { orderId, placement } = attempt;
    if (hold === undefined || orderId === undefined) throw new Error("an attempt without a hold");
    if (hold.kind === "refused" || hold.kind === "blocked") return;
    // Of two orders with one id the first is stored, and the other is found to differ.
    if (!attempt.isAwaited) attempt.refusal = tooLate();
    else if (!orders.has(orderId)) orders.set(orderId, newOrder(orderId, placement, hold.prices));
  });
  return orders;
}

/** Takes over orders that are stored already, and passes by ids that are abandoned. */
async function adoptStored(parts: PlacementParts, attempts: readonly Attempt[]): Promise<void> {
  if (attempts.length === 0) return;
  const known = await readOrders(
    parts.db,
    attempts.map(({ orderId }) => orderId ?? ""),
  );
  const passing: Attempt[] = [];
  for (const attempt of attempts) {
    const found = known.get(attempt.orderId ?? "");
    if (found?.kind === "stored") attempt.adopt(found.order, true);
    if (found?.kind !== "abandoned") continue;
    attempt.takeNextId();
    if (attempt.orderId === undefined) attempt.refusal = abandoned();
    else passing.push(attempt);
  }
  await adoptStored(parts, passing); // Ends, since an attempt has few ids.
}

/**
 * Releases the holds of ids that attempts have passed by, so that no order is out of stock by a hold of its own. One that cannot be released
 * now is resolved by the item service when it expires; until then an open attempt cannot go on.
 */
async function releasePassed(parts: PlacementParts, attempts: readonly Attempt[]): Promise<void> {
  const passed = attempts.map((attempt) => ({ attempt, ids: attempt.takePassed() }));
  const ids = passed.flatMap((one) => one.ids);
  if (ids.length === 0) return;
  const unreleased = await parts.releaseHolds(ids);
  for (const { attempt, ids } of passed) {
    if (attempt.isOpen && ids.some((id) => unreleased.has(id))) attempt.refusal = itemsAway();
  }
}

async function checkUsers(parts: PlacementParts, attempts: readonly Attempt[]): Promise<void> {
  const questions = attempts.map(({ placement: { content, traceparent } }) => {
    return { userId: content.userId, traceparent };
  });
  const known = await parts.users.look(questions);
  for (const attempt of attempts) {
    const { userId } = attempt.placement.content;
    const user = known.get(userId);
    if (user === "unavailable") attempt.refusal = usersAway();
    else if (user !== "exists") attempt.refusal = unknownUser(userId);
  }
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
