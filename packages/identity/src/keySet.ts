import type { Logger } from "@waybill/chassis";
import { ErrorReason } from "@waybill/contracts/errors";
import { refuse } from "@waybill/rpc";
import {
  type CryptoKey,
  createLocalJWKSet,
  errors,
  type FlattenedJWSInput,
  type JWSHeaderParameters,
} from "jose";
import type { KeySource } from "./keySources.ts";

/** Keys are loaded again after this long, so that one that was withdrawn is not trusted for ever. */
const maxAgeMs = 10 * 60_000;

/** Tokens with invented key ids must not make a load each. */
const cooldownMs = 1_000;

export type FindKey = (header: JWSHeaderParameters, token: FlattenedJWSInput) => Promise<CryptoKey>;

interface LoadedKeys {
  readonly find: FindKey;
  readonly at: number;
}

/**
 * The current keys of an issuer. A token with an unknown key id has them loaded again, at most once
 * a second: that is how a new key becomes known. While they cannot be loaded the last ones hold;
 * without any, the refusal is UNAVAILABLE, for the token may well be good.
 */
export function keySet(issuer: string, source: KeySource, logger: Logger): FindKey {
  let keys: LoadedKeys | undefined;
  let loading: Promise<void> | undefined;
  let triedAt = Number.NEGATIVE_INFINITY;

  const load = async () => {
    triedAt = performance.now();
    try {
      keys = { find: createLocalJWKSet(await source.load()), at: performance.now() };
    } catch (error) {
      logger.warn({ error, issuer }, `The keys of ${issuer} cannot be loaded`);
    }
  };
  const reload = async () => {
    if (loading === undefined && performance.now() - triedAt < cooldownMs) return;
    loading ??= load().finally(() => {
      loading = undefined;
    });
    await loading;
  };

  return async (header, token) => {
    if (keys === undefined || performance.now() - keys.at > maxAgeMs) await reload();
    if (keys === undefined) throw notLoaded(issuer);
    try {
      return await keys.find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await reload();
      return keys.find(header, token);
    }
  };
}

const notLoaded = (issuer: string) =>
  refuse.unavailable(
    ErrorReason.CALLEE_UNAVAILABLE,
    `The keys of ${issuer} cannot be loaded; try again later`,
    250,
    { callee: `keys of ${issuer}` },
  );
