import { createSecretKey } from "node:crypto";
import { baseConfig, envDuration, envInteger, envText, loadConfig } from "@waybill/chassis";
import { z } from "zod";
import { minMemory, owaspCost } from "./domain/encodedHash.ts";
import { maxAccessTokenTtlMs } from "./domain/signingKeys.ts";

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

const encryptionKeyBytes = 32;

/** 256 bits in base64; a key that nothing prints. */
const encryptionKey = z.unknown().transform((given, context) => {
  if (given === undefined) return undefined;
  const bytes = Buffer.from(String(given), "base64");
  if (bytes.length === encryptionKeyBytes) return createSecretKey(bytes);
  const message = `${encryptionKeyBytes} bytes in base64, as by: openssl rand -base64 ${encryptionKeyBytes}`;
  context.issues.push({ code: "custom", message, input: undefined });
  return z.NEVER;
});

export const readConfig = (env: NodeJS.ProcessEnv) =>
  loadConfig(
    {
      ...baseConfig,
      /** The claims iss and aud of access tokens. */
      TOKEN_ISSUER: envText("waybill"),
      TOKEN_AUDIENCE: envText("waybill"),
      ACCESS_TOKEN_TTL: envDuration(10 * minuteMs, { minMs: 1_000, maxMs: maxAccessTokenTtlMs }),
      REFRESH_TOKEN_TTL: envDuration(30 * dayMs, { minMs: 1_000, maxMs: 3_650 * dayMs }),
      /** How long a refresh token may be presented again, for an answer that was lost; longer than the door waits for one. */
      REFRESH_TOKEN_GRACE: envDuration(20_000, { maxMs: minuteMs }),
      /** How long verifiers may keep the public keys; a new key signs only after that. */
      JWKS_CACHE_TIME: envDuration(10 * minuteMs, { maxMs: dayMs }),
      /** Encrypts private signing keys at rest. */
      KEY_ENCRYPTION_KEY: encryptionKey,
      /** Failed logins that are allowed in any window of that length. */
      LOGIN_WINDOW: envDuration(15 * minuteMs, { minMs: 1_000, maxMs: dayMs }),
      LOGIN_FAILURES_PER_ACCOUNT: envInteger({ min: 1, max: 1_000, default: 10 }),
      LOGIN_FAILURES_PER_ADDRESS: envInteger({ min: 1, max: 10_000, default: 100 }),
      /** Passwords that are hashed at a time; each takes a core and, at the default cost, 19 MiB for about 40 ms. */
      PASSWORD_LANES: envInteger({ min: 1, max: 4, default: 2 }),
      /** What a hash costs, by argon2id. A password is hashed anew when its user logs in after a change. Unit: KiB; iterations over them. */
      PASSWORD_MEMORY: envInteger({ min: minMemory, max: 1_048_576, default: owaspCost.memory }),
      PASSWORD_PASSES: envInteger({ min: 1, max: 100, default: owaspCost.passes }),
    },
    env,
  );
