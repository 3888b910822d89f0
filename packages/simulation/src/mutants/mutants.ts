/** One place of the production code that is read as if it said something else. */
export interface Edit {
  /** From the root of the repository. */
  readonly file: string;
  /** Stands there exactly once. */
  readonly find: string;
  readonly put: string;
}

/** A rule of the protocol that is broken, so that the simulation can show that it notices. */
export interface Mutant {
  /** What is wrong, in words. */
  readonly breaks: string;
  readonly edits: readonly Edit[];
}

const one = (breaks: string, file: string, find: string, put: string): Mutant => ({
  breaks,
  edits: [{ file, find, put }],
});

const fold = "packages/tcc/src/fold.ts";
const fence = "packages/tcc/src/fence.ts";

export const mutants: Readonly<Record<string, Mutant>> = {
  "no-blocked-row": one(
    "a Cancel that comes before its Try leaves no BLOCKED row",
    fold,
    'if (outcome.kind === "done") written.set',
    'if (outcome.kind === "done" && outcome.row.state !== "BLOCKED") written.set',
  ),
  "blocked-try-ok": one(
    "a Try after its Cancel is answered OK",
    fence,
    `    CANCELLED: refused("TRANSACTION_CANCELLED"),
    BLOCKED: refused("TRANSACTION_CANCELLED"),
  },
  confirm: {`,
    `    CANCELLED: replayed,
    BLOCKED: replayed,
  },
  confirm: {`,
  ),
  "expiry-by-clock": one(
    "an expired hold is released by the clock alone",
    "packages/tcc/src/reaper.ts",
    "const fates = await askFates(ids, options, signal);",
    'const fates = { of: new Map<string, Fate>(ids.map((id) => [id, "cancel"])), problems: [] as Problem[] };',
  ),
  "capture-before-stock": one(
    "an expired payment is captured although the stock may not be deducted yet",
    "services/payment/src/app/resolveExpiredHolds.ts",
    "const confirmFrom = OrderState.PROCESSING;",
    "const confirmFrom = OrderState.CONFIRMED;",
  ),
  "confirm-creates-row": one(
    "a Confirm without a Try makes a row of its own",
    fold,
    "  const verdict = decide(operation, current);",
    `  if (operation.kind === "confirm" && current === undefined)
    return { kind: "done", row: effects.confirm(effects.block(operation.transactionId)) };
  const verdict = decide(operation, current);`,
  ),
  "no-compare-and-set": one(
    "a transition does not compare the expected state with the current one",
    "services/status/src/domain/status.ts",
    'if (current.state !== command.from) return refuse("STATE_MISMATCH");',
    "",
  ),
  "ack-before-commit": one(
    "an event is acknowledged before what follows from it is committed",
    "services/shipping/src/events/onProcessing.ts",
    "await shipOrders(orders, signal);",
    "void shipOrders(orders, signal).catch(() => {});",
  ),
  "tombstone-in-status": {
    breaks: "status, not order, keeps the tombstone of an order that nobody knows",
    edits: [
      {
        file: "services/order/src/app/abandonOrders.ts",
        find: `    await insertTombstones(db, orderIds);
    const known = await readOrders(db, orderIds);`,
        put: `    const known: Map<string, Stored> = await readOrders(db, orderIds);
    await announcer.bury(orderIds.filter((id) => !known.has(id)));
    for (const id of orderIds) if (!known.has(id)) known.set(id, { kind: "abandoned", orderId: id });`,
      },
      {
        file: "services/order/src/app/announcer.ts",
        find: "  return {\n    announce:",
        put: `  return {
    bury: async (orderIds) => {
      if (orderIds.length === 0) return;
      const reservationMode = ReservationMode.HELD;
      const requests = orderIds.map((orderId) => ({ orderId, userId: "nobody", reservationMode }));
      await statuses.batchCreateStatuses({ requests });
      for (const orderId of orderIds) {
        const actor = { kind: 4, id: "workflow" };
        await statuses.updateStatus({ orderId, expectedState: 1, newState: 6, actor, reason: "ABANDONED" });
      }
    },
    announce:`,
      },
    ],
  },
  "fresh-id-per-attempt": one(
    "a repeated request gets another order id each time",
    "services/order/src/domain/orderId.ts",
    "return derivedId(naming.userId, naming.requestId, attempt);",
    "return derivedId(naming.userId, naming.requestId + Math.random(), attempt);",
  ),
  "cancel-forgets-trying": one(
    "a Cancel does not settle a payment whose authorisation is not known yet",
    "services/payment/src/domain/decide.ts",
    `    case "TRYING":
      return { kind: "ask", payment: { ...base(payment), state: "CANCELLING" } };`,
    `    case "TRYING":
      return done({ ...base(payment), state: "CANCELLED" });`,
  ),
  "same-message-id": one(
    "an event that is published again has the message id of its first publication",
    "packages/messaging/src/envelope.ts",
    "publication <= 1 ? name :",
    "publication >= 1 ? name :",
  ),
  "blind-batch": one(
    "the elements of one key in one batch do not see each other",
    fold,
    "written.get(operation.transactionId) ?? rows.get(operation.transactionId)",
    "rows.get(operation.transactionId)",
  ),
};

export const mutantNames: readonly string[] = Object.keys(mutants);
