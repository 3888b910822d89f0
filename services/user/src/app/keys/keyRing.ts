import type { KeyObject } from "node:crypto";
import type { Logger } from "@waybill/chassis";
import type { Database } from "@waybill/persistence";
import type { PublicJwk } from "../../db/signingKeyEntity.ts";
import {
  type KeySchedule,
  maxAccessTokenTtlMs,
  publishedKeysAt,
  signingKeyAt,
} from "../../domain/signingKeys.ts";
import { type SigningKey, storedKeys } from "./storedKeys.ts";

/** How often replicas read the keys again, and so notice a rotation. */
export const rereadIntervalMs = 60_000;

/** Clocks of replicas and verifiers may differ by that. */
const clockToleranceMs = 5 * 60_000;

export interface KeyRingOptions {
  readonly db: Database;
  readonly logger: Logger;
  readonly now: () => Date;
  /** How long verifiers may keep the published keys. Unit: ms. */
  readonly jwksCacheMs: number;
  /** Encrypts private keys at rest: 256 bits. Without it they are stored readable. */
  readonly encryptionKey?: KeyObject | undefined;
}

/** A published key, as RFC 7517 has it. */
export interface PublishedKey extends PublicJwk {
  readonly kid: string;
  readonly use: "sig";
  readonly alg: "EdDSA";
}

/** The signing keys, as this process knows them. */
export interface KeyRing {
  /** The key to sign with now. */
  current(): SigningKey;
  /** The keys that verifiers need. */
  published(): readonly PublishedKey[];
  /**
   * Creates a key, once per request id, and answers its id; undefined when there are as many as there may be. It signs once every verifier
   * can know it.
   */
  rotate(requestId: string): Promise<string | undefined>;
  /** Reads the keys again, and destroys those that have ended. When that fails, the keys known stay. */
  reread(): Promise<void>;
}

/** Reads the keys; at the very first start creates one. Throws when they cannot be decrypted. */
export async function openKeyRing(options: KeyRingOptions): Promise<KeyRing> {
  const { db, logger, now, jwksCacheMs, encryptionKey } = options;
  const stored = storedKeys(db, encryptionKey);
  const schedule: KeySchedule = {
    // The replica that answered a verifier may have read the keys just before the rotation.
    publishAheadMs: jwksCacheMs + rereadIntervalMs,
    keepMs: maxAccessTokenTtlMs + clockToleranceMs,
  };
  let keys: readonly SigningKey[] = [];
  const published = () => publishedKeysAt(keys, schedule, now());
  const reread = async () => {
    keys = await stored.read();
    const needed = new Set(published());
    const ended = keys.filter((key) => !needed.has(key)).map(({ keyId }) => keyId);
    if (ended.length === 0) return;
    await stored.end(ended, now());
    logger.info({ keyIds: ended }, "signing keys have ended");
  };
  if (encryptionKey === undefined) {
    logger.warn("KEY_ENCRYPTION_KEY is not set: private signing keys are readable in the database");
  }
  await stored.createFirst(now());
  await stored.encrypt();
  await reread();
  return {
    current: () => {
      const key = signingKeyAt(keys, schedule, now());
      if (key === undefined) throw new Error("There is no signing key");
      return key;
    },
    published: () =>
      published().map(({ keyId, publicJwk: { kty, crv, x } }) => {
        return { kty, crv, x, kid: keyId, use: "sig", alg: "EdDSA" };
      }),
    rotate: async (requestId) => {
      const keyId = await stored.create(requestId, now());
      await reread();
      return keyId;
    },
    reread,
  };
}
