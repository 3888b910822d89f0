/** Those of the oldest events are forgotten beyond this, which only lets them be tried more often. */
const maxEvents = 10_000;

/**
 * How often this process's handling of each event has failed by the event alone. The server's count
 * of deliveries would not do: it has also those that failed since something was away.
 */
export class OwnFailures {
  readonly #counts = new Map<bigint, number>();

  /** Counts one more of the event with this sequence; answers how many that makes. */
  add(sequence: bigint): number {
    const count = (this.#counts.get(sequence) ?? 0) + 1;
    this.#counts.set(sequence, count);
    if (this.#counts.size > maxEvents) {
      const [oldest = sequence] = this.#counts.keys();
      this.#counts.delete(oldest);
    }
    return count;
  }

  /** It is settled. */
  forget(sequence: bigint): void {
    this.#counts.delete(sequence);
  }
}
