/** The records whose orders have not been moved yet. */
export interface Leftovers<Record> {
  /** At most `limit` records after this one (undefined: from the first), in an order that does not change. */
  read(after: Record | undefined, limit: number): Promise<readonly Record[]>;
  /** Moves what can be moved; what stays behind hinders nobody. Throws when status is away. */
  move(records: readonly Record[]): Promise<unknown>;
  /** Whether an error says that status is away, so that the rest is left for the next time. */
  isAway(error: unknown): boolean;
}

/** How many records are taken up at a time. */
const batchSize = 256;

/** Bounds one run; a longer backlog is continued by the next one. */
const maxBatches = 64;

/**
 * Moves the orders of all records that were left over, once each, whatever becomes of the ones before. Never throws because status is
 * away.
 */
export async function sweepLeftovers<Record>(leftovers: Leftovers<Record>): Promise<void> {
  let last: Record | undefined;
  for (let batch = 0; batch < maxBatches; batch++) {
    const due = await leftovers.read(last, batchSize);
    if (due.length === 0) return;
    try {
      await leftovers.move(due);
    } catch (error) {
      if (!leftovers.isAway(error)) throw error;
      return;
    }
    if (due.length < batchSize) return;
    last = due.at(-1);
  }
}
