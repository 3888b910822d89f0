/** The cost of an argon2id hash. */
export interface HashCost {
  /** Unit: KiB. */
  readonly memory: number;
  /** Iterations over the memory. */
  readonly passes: number;
  readonly parallelism: number;
}

/** OWASP's Password Storage Cheat Sheet: 19 MiB, two iterations, no parallelism. About 40 ms of CPU. */
export const owaspCost: HashCost = { memory: 19_456, passes: 2, parallelism: 1 };

/** The least that argon2 can work with. Unit: KiB. */
export const minMemory = 8;

/** A password's hash with all that is needed to compute it again. */
export interface PasswordHash {
  readonly cost: HashCost;
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
}

/** The version of argon2 that Node has: 1.3. */
const version = 19;

const pattern =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** As a PHC string: $argon2id$v=19$m=19456,t=2,p=1$salt$hash. */
export function encodeHash({ cost, salt, hash }: PasswordHash): string {
  const { memory, passes, parallelism } = cost;
  const parameters = `m=${memory},t=${passes},p=${parallelism}`;
  return `$argon2id$v=${version}$${parameters}$${base64(salt)}$${base64(hash)}`;
}

/** The inverse of encodeHash. Throws when the text is no such string: what is stored is broken. */
export function decodeHash(encoded: string): PasswordHash {
  const [, memory, passes, parallelism, salt, hash] = pattern.exec(encoded) ?? [];
  if (salt === undefined || hash === undefined) {
    throw new Error("A stored password hash is not an argon2id PHC string");
  }
  return {
    cost: { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) },
    salt: Buffer.from(salt, "base64"),
    hash: Buffer.from(hash, "base64"),
  };
}

/** Whether a hash of that cost is to be made anew, since other parameters are used by now. */
export function isOutdated(cost: HashCost, current: HashCost): boolean {
  return (
    cost.memory !== current.memory ||
    cost.passes !== current.passes ||
    cost.parallelism !== current.parallelism
  );
}

/** PHC strings have base64 without padding. */
const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes).toString("base64").replaceAll("=", "");
