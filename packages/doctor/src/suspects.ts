import type { Finding, PromiseNumber } from "./examine/finding.ts";
import { Counts } from "./tally.ts";

/** What is kept to be looked at again, so that a thoroughly broken stack does not fill the memory; the rest is only counted. */
const MAX_SUSPECTS = 20_000;
const BATCH = 1_000;

/** What seems broken, until it is looked at again, and what is. */
export class Suspects {
  readonly #byId = new Map<string, readonly Finding[]>();
  readonly #proven: Finding[] = [];
  readonly #overflow = new Map<PromiseNumber, Counts>();

  /** Findings of one order that a second look may clear. */
  add(findings: readonly Finding[]): void {
    const [first] = findings;
    if (first === undefined) return;
    if (this.#byId.size < MAX_SUSPECTS) this.#byId.set(first.subject, findings);
    else for (const { promise, check } of findings) this.#count(promise, check);
  }

  /** Findings that need no second look. */
  proven(findings: readonly Finding[]): void {
    for (const finding of findings) {
      if (this.#proven.length < MAX_SUSPECTS) this.#proven.push(finding);
      else this.#count(finding.promise, finding.check);
    }
  }

  get isEmpty(): boolean {
    return this.#byId.size === 0;
  }

  /** The ids to look at again, in batches. */
  *batches(): Generator<readonly string[]> {
    const ids = [...this.#byId.keys()];
    for (let start = 0; start < ids.length; start += BATCH) yield ids.slice(start, start + BATCH);
  }

  /** Keeps of an order's findings only those that were found again. */
  confirm(id: string, again: readonly Finding[]): void {
    const before = new Set(this.#byId.get(id)?.map(({ check }) => check));
    const persisting = again.filter(({ check }) => before.has(check));
    if (persisting.length > 0) this.#byId.set(id, persisting);
    else this.#byId.delete(id);
  }

  /** What is broken of one promise: how much by kind, and examples, first one of each kind. */
  of(
    promise: PromiseNumber,
    maxExamples: number,
  ): {
    broken: Readonly<Record<string, number>>;
    examples: readonly Finding[];
  } {
    const all = [...this.#proven, ...[...this.#byId.values()].flat()];
    const findings = all.filter((finding) => finding.promise === promise);
    const counts = new Counts();
    for (const { check } of findings) counts.add(check);
    for (const [check, count] of this.#overflow.get(promise)?.inOrder ?? [])
      counts.add(check, count);
    const seen = new Counts();
    const ranked = findings.map((finding) => {
      seen.add(finding.check);
      return { finding, rank: seen.get(finding.check) };
    });
    const examples = ranked.toSorted((a, b) => a.rank - b.rank).slice(0, maxExamples);
    return {
      broken: Object.fromEntries(counts.mostFrequentFirst),
      examples: examples.map(({ finding }) => finding),
    };
  }

  #count(promise: PromiseNumber, check: string): void {
    const counts = this.#overflow.get(promise) ?? new Counts();
    this.#overflow.set(promise, counts);
    counts.add(check);
  }
}
