import type { Fence, FenceRefusal, Operation, TryOperation } from "./fence.ts";
import { decide } from "./fence.ts";

/**
 * What the operations mean to one participant. The methods change the participant's state in memory (such as the stock that
 * the batch has locked) and are called in the order of the batch, so that each sees what the ones before did.
 */
export interface Effects<Content, Row extends Fence, Refusal> {
  /** Does a first Try: the row that records it in state TRIED, or a refusal, which must leave nothing changed. */
  try(operation: TryOperation<Content>): Attempt<Row, Refusal>;
  /** Makes final what the row has tried, and answers the row as CONFIRMED. */
  confirm(row: Row): Row;
  /** Takes back what the row has tried, and answers the row as CANCELLED. */
  cancel(row: Row): Row;
  /** The row of a transaction that was cancelled before it was tried, as BLOCKED. */
  block(transactionId: string): Row;
}

export type Attempt<Row, Refusal> =
  | { readonly kind: "tried"; readonly row: Row }
  | { readonly kind: "declined"; readonly refusal: Refusal };

/** The result of one operation. */
export type Outcome<Row, Refusal> =
  | { readonly kind: "done"; readonly row: Row }
  /** It had been done before. */
  | { readonly kind: "replayed"; readonly row: Row }
  /** The fence does not let it pass. */
  | { readonly kind: "refused"; readonly reason: FenceRefusal; readonly transactionId: string }
  /** The Try is not possible, for a reason of the participant's business. */
  | { readonly kind: "declined"; readonly refusal: Refusal };

export interface Folded<Row, Refusal> {
  /** One for each operation, in the same order. */
  readonly outcomes: readonly Outcome<Row, Refusal>[];
  /** The rows to insert, in their last state, by transaction id. */
  readonly added: readonly Row[];
  /** The rows to update, in their last state, by transaction id. */
  readonly changed: readonly Row[];
}

/**
 * Applies a batch of operations in their order, each seeing what the ones before did, also of the same transaction.
 * `rows` are the fences of all transactions of the batch that have one, locked by the caller.
 */
export function fold<Content, Row extends Fence, Refusal>(
  operations: readonly Operation<Content>[],
  rows: ReadonlyMap<string, Row>,
  effects: Effects<Content, Row, Refusal>,
): Folded<Row, Refusal> {
  const written = new Map<string, Row>();
  const outcomes = operations.map((operation) => {
    const current = written.get(operation.transactionId) ?? rows.get(operation.transactionId);
    const outcome = applyOne(operation, current, effects);
    if (outcome.kind === "done") written.set(operation.transactionId, outcome.row);
    return outcome;
  });
  const sorted = [...written.values()].sort(byTransactionId);
  return {
    outcomes,
    added: sorted.filter((row) => !rows.has(row.transactionId)),
    changed: sorted.filter((row) => rows.has(row.transactionId)),
  };
}

function applyOne<Content, Row extends Fence, Refusal>(
  operation: Operation<Content>,
  current: Row | undefined,
  effects: Effects<Content, Row, Refusal>,
): Outcome<Row, Refusal> {
  const verdict = decide(operation, current);
  if (verdict.kind === "refused") return { ...verdict, transactionId: operation.transactionId };
  if (verdict.kind === "replayed") return { kind: "replayed", row: existing(current) };
  switch (operation.kind) {
    case "try": {
      const attempt = effects.try(operation);
      return attempt.kind === "tried" ? { kind: "done", row: attempt.row } : attempt;
    }
    case "confirm":
      return { kind: "done", row: effects.confirm(existing(current)) };
    case "cancel":
      return {
        kind: "done",
        row: current ? effects.cancel(current) : effects.block(operation.transactionId),
      };
    default:
      throw new Error(
        `unknown operation ${(operation satisfies never as Operation<Content>).kind}`,
      );
  }
}

function existing<Row>(row: Row | undefined): Row {
  if (row === undefined) throw new Error("the fence decided on a row that does not exist");
  return row;
}

function byTransactionId(a: Fence, b: Fence): number {
  return a.transactionId < b.transactionId ? -1 : 1;
}
