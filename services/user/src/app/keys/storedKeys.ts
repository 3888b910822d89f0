import { generateKeyPairSync, type KeyObject } from "node:crypto";
import type { Database } from "@waybill/persistence";
import { calculateJwkThumbprint, exportJWK } from "jose";
import { type Entities, withEntities } from "../../db/entities.ts";
import { type PublicJwk, SigningKeyEntity, type SigningKeyRow } from "../../db/signingKeyEntity.ts";
import { keep, unseal } from "./privateKeys.ts";

/** Every verifier reads all keys that have not ended, again and again, so there are at most so many. */
const maxKeys = 32;

/** A key that access tokens are signed with. */
export interface SigningKey {
  readonly keyId: string;
  readonly createdAt: Date;
  readonly publicJwk: PublicJwk;
  readonly privateKey: KeyObject;
}

/** The signing keys in the database. */
export interface StoredKeys {
  /** Those that have not ended. */
  read(): Promise<readonly SigningKey[]>;
  /** Creates the first key unless there is one; of several replicas at once, one does. */
  createFirst(now: Date): Promise<void>;
  /** Creates a key, once per request id; answers its id, or undefined when there are as many as there may be. */
  create(requestId: string, now: Date): Promise<string | undefined>;
  /** Destroys the private halves of these; they are not read any more. */
  end(keyIds: readonly string[], now: Date): Promise<void>;
  /** Encrypts those that are not, when there is a key to encrypt them with. */
  encrypt(): Promise<void>;
}

export function storedKeys(db: Database, encryptionKey: KeyObject | undefined): StoredKeys {
  const toKey = (row: SigningKeyRow): SigningKey => {
    const { keyId, createdAt, publicJwk, privateKey, encryption } = row;
    const kept = { privateKey: privateKey ?? "", encryption };
    return { keyId, createdAt, publicJwk, privateKey: unseal(kept, keyId, encryptionKey) };
  };
  const find = () => withEntities(db, (em) => em.find(SigningKeyEntity, { endedAt: null }));
  const inTransaction = <T>(work: (em: Entities) => Promise<T>) =>
    withEntities(db, (em) => em.transactional(work));
  const create = async (requestId: string | undefined, now: Date) => {
    const fresh = await newKey(requestId, now, encryptionKey);
    return inTransaction(async (em) => {
      // Readers are not held up; whoever else creates a key waits, and then sees this one.
      await em.execute("lock table signing_keys in exclusive mode");
      const before = await em.findOne(
        SigningKeyEntity,
        requestId === undefined ? { endedAt: null } : { requestId },
      );
      if (before !== null) return before.keyId;
      if ((await em.count(SigningKeyEntity, { endedAt: null })) >= maxKeys) return undefined;
      await em.insert(SigningKeyEntity, fresh);
      return fresh.keyId;
    });
  };
  return {
    read: async () => (await find()).map(toKey),
    create,
    createFirst: async (now) => {
      if ((await find()).length === 0) await create(undefined, now);
    },
    end: async (keyIds, now) => {
      const ended = { endedAt: now, privateKey: null };
      const where = { keyId: { $in: [...keyIds] } };
      await withEntities(db, (em) => em.nativeUpdate(SigningKeyEntity, where, ended));
    },
    encrypt: async () => {
      if (encryptionKey === undefined) return;
      const readable = (await find()).filter(({ encryption }) => encryption === "NONE").map(toKey);
      for (const { keyId, privateKey } of readable) {
        const kept = keep(privateKey, keyId, encryptionKey);
        const where = { keyId, encryption: "NONE", endedAt: null } as const;
        await withEntities(db, (em) => em.nativeUpdate(SigningKeyEntity, where, kept));
      }
    },
  };
}

async function newKey(
  requestId: string | undefined,
  createdAt: Date,
  encryptionKey: KeyObject | undefined,
): Promise<SigningKeyRow> {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const { kty = "", crv = "", x = "" } = await exportJWK(publicKey);
  const publicJwk = { kty, crv, x };
  const keyId = await calculateJwkThumbprint(publicJwk);
  return {
    keyId,
    requestId: requestId ?? null,
    publicJwk,
    createdAt,
    endedAt: null,
    ...keep(privateKey, keyId, encryptionKey),
  } as SigningKeyRow;
}
