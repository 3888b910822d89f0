import { UserServiceDefinition } from "@waybill/contracts/user";
import { startService } from "@waybill/host";
import { openKeyRing, rereadIntervalMs } from "./app/keys/keyRing.ts";
import { passwordHasher } from "./app/passwordHasher.ts";
import { userApp } from "./app/userApp.ts";
import { readConfig } from "./config.ts";
import { AccountEntity } from "./db/accountEntity.ts";
import { migrations } from "./db/migrations.ts";
import { SigningKeyEntity } from "./db/signingKeyEntity.ts";
import { owaspCost } from "./domain/encodedHash.ts";
import { policy } from "./rpc/policy.ts";
import { userService } from "./rpc/userService.ts";

/** How often ended tokens are looked for; nobody waits for that. */
const purgeIntervalMs = 10 * 60 * 1000;

const config = readConfig(process.env);
const now = () => new Date();
await using service = await startService("user", config);
const db = await service.openDatabase([AccountEntity, SigningKeyEntity], migrations);
const keys = await openKeyRing({
  db,
  logger: service.logger,
  now,
  jwksCacheMs: config.JWKS_CACHE_TIME,
  encryptionKey: config.KEY_ENCRYPTION_KEY,
});
const app = userApp({
  db,
  keys,
  now,
  passwords: passwordHasher({
    lanes: config.PASSWORD_LANES,
    cost: { ...owaspCost, memory: config.PASSWORD_MEMORY, passes: config.PASSWORD_PASSES },
  }),
  limits: {
    windowMs: config.LOGIN_WINDOW,
    failuresPerAccount: config.LOGIN_FAILURES_PER_ACCOUNT,
    failuresPerAddress: config.LOGIN_FAILURES_PER_ADDRESS,
  },
  tokens: {
    issuer: config.TOKEN_ISSUER,
    audience: config.TOKEN_AUDIENCE,
    accessTtlMs: config.ACCESS_TOKEN_TTL,
    refreshTtlMs: config.REFRESH_TOKEN_TTL,
    refreshGraceMs: config.REFRESH_TOKEN_GRACE,
  },
});
service.onDrain(app);
service.background("rereading signing keys", rereadIntervalMs, () => keys.reread());
service.background("purging ended tokens", purgeIntervalMs, async () => {
  return { again: await app.purge() };
});
await service.serve([[UserServiceDefinition, userService(app, service.logger)]], {
  policies: [policy],
});
await service.untilTerminated();
