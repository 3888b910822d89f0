import { createPublicKey } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type CryptoKey, importJWK, type JWK, SignJWT } from "jose";
import { openLocalIssuer, signToken } from "../../src/index.ts";

/** A good token of a customer, and all the ways in which it can be bad. */
export interface Forgeries {
  readonly expired: string;
  readonly otherIssuer: string;
  readonly otherAudience: string;
  readonly algNone: string;
  readonly hs256: string;
  readonly tampered: string;
}

const usersIssuer = "waybill-local-users";
const lifetimeMs = 60_000;

const encoded = (value: unknown): string =>
  Buffer.from(JSON.stringify(value)).toString("base64url");

/** Forges tokens for the user with the stack's own key, which no attacker has, or without it. */
export async function forge(folder: string, userId: string): Promise<Forgeries> {
  const issuer = await openLocalIssuer({ folder });
  const { key, publicJwk, keyId } = await keysOf(folder);
  const good = await issuer.userToken(userId, ["customer"], lifetimeMs);
  const claims = { issuer: usersIssuer, audience: "waybill", subject: userId, lifetimeMs };
  const sign = (changed: Partial<typeof claims>) =>
    signToken({ ...claims, roles: ["customer"], ...changed }, { key, keyId });
  const [header = "", payload = "", signature = ""] = good.split(".");
  const content = JSON.parse(Buffer.from(payload, "base64url").toString());
  return {
    expired: await sign({ lifetimeMs: -60_000 }),
    otherIssuer: await sign({ issuer: "https://example.org" }),
    otherAudience: await sign({ audience: "somebody-else" }),
    algNone: `${encoded({ alg: "none", kid: keyId })}.${payload}.`,
    hs256: await signedByPublicKey(publicJwk, keyId, content),
    tampered: `${header}.${encoded({ ...content, roles: ["customer", "admin"] })}.${signature}`,
  };
}

async function keysOf(folder: string) {
  const jwk = JSON.parse(await readFile(join(folder, "key.json"), "utf8")) as JWK;
  const { keys } = JSON.parse(await readFile(join(folder, "jwks.json"), "utf8"));
  const publicJwk = keys[0] as JWK;
  const key = (await importJWK(jwk, "EdDSA")) as CryptoKey;
  return { key, publicJwk, keyId: publicJwk.kid ?? "" };
}

/** The public key, which everybody has, taken for the secret of an HMAC. */
function signedByPublicKey(
  publicJwk: JWK,
  kid: string,
  content: Record<string, unknown>,
): Promise<string> {
  const pem = createPublicKey({ key: { ...publicJwk }, format: "jwk" });
  const secret = Buffer.from(pem.export({ type: "spki", format: "pem" }));
  return new SignJWT(content).setProtectedHeader({ alg: "HS256", kid }).sign(secret);
}
