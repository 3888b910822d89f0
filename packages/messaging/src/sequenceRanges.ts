/**
 * Sequences that a journal takes back in one transaction. A stream that is lost whole leaves more rows behind than one statement has time for, and
 * nobody is to wait long for their locks.
 */
const atOnce = 10_000n;

/** The greatest of PostgreSQL's bigint. */
export const maxSequence = 2n ** 63n - 1n;

/** Parts what lies beyond a sequence into ranges: after the first number, up to the second. The last one is open, for what is marked meanwhile. */
export function* rangesBeyond(
  sequence: bigint,
  last: bigint,
): Generator<readonly [bigint, bigint]> {
  let beyond = sequence;
  for (; beyond + atOnce < last; beyond += atOnce) yield [beyond, beyond + atOnce];
  yield [beyond, maxSequence];
}
