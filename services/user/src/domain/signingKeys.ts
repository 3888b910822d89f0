/** What the life of a signing key depends on. */
export interface Dated {
  readonly keyId: string;
  readonly createdAt: Date;
}

export interface KeySchedule {
  /** How long a key is published before tokens are signed with it, so that every verifier has it by then. Unit: ms. */
  readonly publishAheadMs: number;
  /** How long after its successor has taken over a key stays published. Unit: ms. */
  readonly keepMs: number;
}

/** The longest that an access token may be valid, so that keys need not remember how long theirs were. Unit: ms. */
export const maxAccessTokenTtlMs = 60 * 60 * 1000;

/** The newest key that verifiers know already; at the very beginning, the oldest. Undefined when there is none. */
export function signingKeyAt<Key extends Dated>(
  keys: readonly Key[],
  schedule: KeySchedule,
  now: Date,
): Key | undefined {
  const sorted = oldestFirst(keys);
  const known = sorted.filter((key) => takesOverMs(key, schedule) <= now.getTime());
  return known.at(-1) ?? sorted[0];
}

/** The keys that verifiers need: those that tokens still valid were, are or will be signed with. Oldest first. */
export function publishedKeysAt<Key extends Dated>(
  keys: readonly Key[],
  schedule: KeySchedule,
  now: Date,
): readonly Key[] {
  const sorted = oldestFirst(keys);
  return sorted.filter((_, index) => {
    const successor = sorted[index + 1];
    if (successor === undefined) return true;
    return takesOverMs(successor, schedule) + schedule.keepMs > now.getTime();
  });
}

const takesOverMs = (key: Dated, schedule: KeySchedule): number =>
  key.createdAt.getTime() + schedule.publishAheadMs;

/** By time, and then by id, so that all replicas agree. */
const oldestFirst = <Key extends Dated>(keys: readonly Key[]): readonly Key[] =>
  keys.toSorted(
    (a, b) => a.createdAt.getTime() - b.createdAt.getTime() || (a.keyId < b.keyId ? -1 : 1),
  );
