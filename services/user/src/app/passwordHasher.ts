import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { createBatchingPoint } from "@waybill/batching";
import {
  decodeHash,
  encodeHash,
  type HashCost,
  isOutdated,
  owaspCost,
} from "../domain/encodedHash.ts";
import type { Secret } from "../domain/secret.ts";

const saltBytes = 16;
const hashBytes = 32;

/** Logins that wait beyond this are refused: behind them nobody would wait to the end. At 40 ms and two lanes, 1.3 s. */
const maxWaiting = 64;

/** Computes argon2id of a password. Injected, so that tests can count. */
export type Argon2id = (
  cost: HashCost,
  password: string,
  salt: Uint8Array,
  bytes: number,
) => Promise<Uint8Array>;

export interface Verification {
  readonly matches: boolean;
  /** The password is right, and its hash is to be made anew with the current parameters. */
  readonly isOutdated: boolean;
}

/**
 * Hashes passwords, a few at a time, off the event loop. Rejects with an OverloadedError when too many wait already, and with the
 * signal's reason when that aborts before a turn comes. Disposal finishes what was taken.
 */
export interface PasswordHasher extends AsyncDisposable {
  /** A PHC string with a salt of its own. */
  hash(password: Secret, signal?: AbortSignal): Promise<string>;
  /** Whether it is the password of that PHC string. Without one it does the same work, and it is not. */
  verify(
    password: Secret,
    encoded: string | undefined,
    signal?: AbortSignal,
  ): Promise<Verification>;
}

export interface PasswordHasherOptions {
  /** Hashes at a time at most; each takes one of the process's four pool threads. */
  readonly lanes: number;
  readonly cost?: HashCost;
  readonly argon2id?: Argon2id;
}

const computeArgon2 = promisify(argon2);

const nodeArgon2id: Argon2id = ({ memory, passes, parallelism }, password, salt, tagLength) =>
  computeArgon2("argon2id", {
    message: password,
    nonce: salt,
    memory,
    passes,
    parallelism,
    tagLength,
  });

export function passwordHasher(options: PasswordHasherOptions): PasswordHasher {
  const { lanes, cost = owaspCost, argon2id = nodeArgon2id } = options;
  const point = createBatchingPoint({
    name: "user.hash_password",
    // Batches of one: what is bounded here is how many are worked on, and how many wait.
    handle: (jobs: readonly (() => Promise<Uint8Array>)[]) => Promise.all(jobs.map((job) => job())),
    maxBatchSize: 1,
    maxQueued: maxWaiting,
    lanes,
  });
  const compute = (
    password: Secret,
    of: HashCost,
    salt: Uint8Array,
    bytes: number,
    signal?: AbortSignal,
  ) => point.submit(() => argon2id(of, normalized(password), salt, bytes), signal && { signal });
  // Not the hash of anything: no password matches it, yet trying one costs the same.
  const dummy = encodeHash({ cost, salt: randomBytes(saltBytes), hash: randomBytes(hashBytes) });
  return {
    hash: async (password, signal) => {
      const salt = randomBytes(saltBytes);
      const hash = await compute(password, cost, salt, hashBytes, signal);
      return encodeHash({ cost, salt, hash });
    },
    verify: async (password, encoded, signal) => {
      const stored = decodeHash(encoded ?? dummy);
      const hash = await compute(password, stored.cost, stored.salt, stored.hash.length, signal);
      const matches = timingSafeEqual(hash, stored.hash) && encoded !== undefined;
      return { matches, isOutdated: matches && isOutdated(stored.cost, cost) };
    },
    [Symbol.asyncDispose]: () => point[Symbol.asyncDispose](),
  };
}

/** The same password, typed on different systems, may arrive composed differently (NIST SP 800-63B). */
const normalized = (password: Secret): string => password.reveal().normalize("NFKC");
