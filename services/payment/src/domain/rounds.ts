import type { Operation } from "./decide.ts";

/** One operation, and the places in the batch where it was asked for. */
export interface Step {
  readonly operation: Operation;
  readonly positions: readonly [number, ...number[]];
}

/**
 * Parts a batch into rounds, to be done one after the other, so that operations of one transaction are done in the order of
 * the batch while those of different ones are done together: no round names a transaction twice. Equal operations of a
 * transaction right after each other are one step. Nearly every batch is one round.
 */
export function rounds(operations: readonly Operation[]): readonly (readonly Step[])[] {
  const result: { operation: Operation; positions: [number, ...number[]] }[][] = [];
  const last = new Map<string, { round: number; step: Step & { positions: number[] } }>();
  operations.forEach((operation, position) => {
    const previous = last.get(operation.transactionId);
    if (previous && isSame(previous.step.operation, operation)) {
      previous.step.positions.push(position);
      return;
    }
    const round = previous ? previous.round + 1 : 0;
    const step = { operation, positions: [position] as [number, ...number[]] };
    result[round] ??= [];
    result[round].push(step);
    last.set(operation.transactionId, { round, step });
  });
  return result;
}

function isSame(a: Operation, b: Operation): boolean {
  if (a.kind === "try" && b.kind === "try") return a.contentHash === b.contentHash;
  return a.kind === b.kind;
}
