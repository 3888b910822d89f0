import { hash } from "node:crypto";
import type { Logger } from "@waybill/chassis";
import { ErrorReason } from "@waybill/contracts/errors";
import { bearerScheme, Refusal, refuse } from "@waybill/rpc";
import { decodeJwt, errors, type JWTPayload, jwtVerify } from "jose";
import { LRUCache } from "lru-cache";
import type { Caller } from "./caller.ts";
import { type FindKey, keySet } from "./keySet.ts";
import { keySource } from "./keySources.ts";
import { subjectOf } from "./subject.ts";
import type { TrustedIssuer } from "./trustedIssuers.ts";

export interface Verifier extends AsyncDisposable {
  /**
   * Who the token stands for. Throws the Refusal UNAUTHENTICATED (INVALID_TOKEN, TOKEN_EXPIRED), or
   * UNAVAILABLE while the issuer's keys cannot be had.
   */
  verify(token: string): Promise<Caller>;
  /** The same, at once, for a token that was verified before and has not ended; else undefined. */
  known(token: string): Caller | undefined;
}

export interface VerifierOptions {
  readonly issuers: readonly TrustedIssuer[];
  readonly logger: Logger;
  /** Verified tokens that are remembered at most. Default 10,000. */
  readonly cacheSize?: number;
}

/** What the clocks of two machines may differ by. Unit: s. */
const clockToleranceS = 5;

/** Longer than any token of ours; what is longer is not worth a look. */
const maxTokenLength = 8_192;

interface Verified {
  readonly caller: Caller;
  /** On the clock of Date.now(). */
  readonly endsAt: number;
}

interface Trusted {
  readonly issuer: TrustedIssuer;
  readonly findKey: FindKey;
}

/** Verifies tokens of the given issuers, and of nobody else. A signature is checked once per token. */
export function createVerifier(options: VerifierOptions): Verifier {
  const { issuers, logger, cacheSize = 10_000 } = options;
  const sources = issuers.map((issuer) => keySource(issuer, logger));
  const trusted = new Map<string, Trusted>(
    issuers.map((issuer, index) => {
      const source = sources[index] as (typeof sources)[number];
      return [issuer.issuer, { issuer, findKey: keySet(issuer.issuer, source, logger) }];
    }),
  );
  const verified = new LRUCache<string, Verified>({ max: cacheSize });
  const known = (token: string) => {
    const found = verified.get(keyOf(token));
    return found !== undefined && found.endsAt > Date.now() ? found.caller : undefined;
  };
  return {
    known,
    verify: async (token) => {
      const found = known(token);
      if (found !== undefined) return found;
      const checked = await check(token, trusted);
      verified.set(keyOf(token), checked);
      return checked.caller;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(sources.map((source) => source[Symbol.asyncDispose]()));
    },
  };
}

/** Tokens themselves are not kept as keys: who could read the cache could use them. */
const keyOf = (token: string): string => hash("sha256", token, "base64");

async function check(token: string, trusted: ReadonlyMap<string, Trusted>): Promise<Verified> {
  const from = trusted.get(claimedIssuer(token));
  if (from === undefined) throw invalid("its issuer is not trusted");
  const { issuer, findKey } = from;
  try {
    const { payload } = await jwtVerify(token, findKey, {
      algorithms: issuer.algorithms,
      issuer: issuer.issuer,
      audience: issuer.audience,
      requiredClaims: ["sub", "exp"],
      clockTolerance: clockToleranceS,
    });
    const caller = subjectOf(payload, issuer, token);
    if (caller === undefined) throw invalid("its subject is not one of this issuer's");
    return { caller, endsAt: (endOf(payload) + clockToleranceS) * 1_000 };
  } catch (error) {
    throw refusalFor(error);
  }
}

function claimedIssuer(token: string): string {
  if (token.length > maxTokenLength) throw invalid("it is too long");
  try {
    return decodeJwt(token).iss ?? "";
  } catch (error) {
    throw refusalFor(error);
  }
}

const endOf = ({ exp = 0 }: JWTPayload): number => exp;

function refusalFor(error: unknown): unknown {
  if (error instanceof Refusal) return error;
  if (error instanceof errors.JWTExpired)
    return refuse.unauthenticated(ErrorReason.TOKEN_EXPIRED, "The token has ended", bearerScheme);
  // jose throws its own errors for bad tokens, and TypeErrors for keys that do not fit them.
  return invalid(error instanceof errors.JOSEError ? error.message : "it cannot be checked");
}

const invalid = (why: string): Refusal =>
  refuse.unauthenticated(ErrorReason.INVALID_TOKEN, `The token is not valid: ${why}`, bearerScheme);

/** The token of an `authorization: Bearer …` header; undefined when there is none. */
export function bearerOf(header: unknown): string | undefined {
  if (typeof header !== "string") return undefined;
  return /^bearer +(\S+) *$/i.exec(header)?.[1];
}
