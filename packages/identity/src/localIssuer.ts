import { randomUUID } from "node:crypto";
import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  SignJWT,
} from "jose";
import type { Role } from "./caller.ts";
import type { TrustedIssuer } from "./trustedIssuers.ts";

const audience = "waybill";
const servicesIssuer = "waybill-local";
const usersIssuer = "waybill-local-users";

/** Longer than a file of it is left unchanged, shorter than anybody would like to lose it for. */
const defaultLifetimeMs = 60 * 60_000;

/** What a token says. */
export interface TokenContent {
  readonly issuer: string;
  readonly audience: string;
  readonly subject: string;
  readonly roles?: readonly Role[];
  /** How long it is valid from now on. Unit: ms. */
  readonly lifetimeMs: number;
}

/** A private key and its id. */
export interface SigningKey {
  readonly key: CryptoKey;
  readonly keyId: string;
}

/** Signs a token by EdDSA. */
export function signToken(content: TokenContent, { key, keyId }: SigningKey): Promise<string> {
  const { issuer, audience, subject, roles, lifetimeMs } = content;
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT(roles === undefined ? {} : { roles })
    .setProtectedHeader({ alg: "EdDSA", kid: keyId, typ: "JWT" })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(subject)
    .setIssuedAt(now)
    .setExpirationTime(now + Math.floor(lifetimeMs / 1000))
    .sign(key);
}

/** Issues the tokens of a local stack: to its processes, and to people at its terminal. */
export interface Issuer {
  /** What the stack's services trust: this issuer, and the user service at that address. */
  trusted(userAddress: string): readonly TrustedIssuer[];
  serviceToken(name: string, lifetimeMs?: number): Promise<string>;
  userToken(userId: string, roles: readonly Role[], lifetimeMs?: number): Promise<string>;
}

/**
 * The issuer whose key is kept in the folder, made when there is none: `key.json`, which only the
 * owner may read, and `jwks.json`, its public half. Who can read the key can be anybody.
 */
export async function openLocalIssuer({ folder }: { readonly folder: string }): Promise<Issuer> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o700);
  const { signing, publicKey } = await openKey(join(folder, "key.json"));
  const jwksFile = join(folder, "jwks.json");
  const jwks = JSON.stringify({ keys: [publicKey] });
  if ((await stored(jwksFile)) !== jwks) await replaceFile(jwksFile, jwks);
  return {
    trusted: (userAddress) => trustedIssuers(jwksFile, userAddress),
    serviceToken: (name, lifetimeMs = defaultLifetimeMs) =>
      signToken(
        { issuer: servicesIssuer, audience, subject: `service:${name}`, lifetimeMs },
        signing,
      ),
    userToken: (subject, roles, lifetimeMs = defaultLifetimeMs) =>
      signToken({ issuer: usersIssuer, audience, subject, roles, lifetimeMs }, signing),
  };
}

function trustedIssuers(jwksFile: string, userAddress: string): readonly TrustedIssuer[] {
  const common = { audience, algorithms: ["EdDSA" as const] };
  const local = { ...common, keys: { kind: "file" as const, path: jwksFile } };
  const user = { ...common, keys: { kind: "user-service" as const, address: userAddress } };
  return [
    { issuer: servicesIssuer, subjects: "services", ...local },
    { issuer: usersIssuer, subjects: "users", ...local },
    { issuer: "waybill", subjects: "users", ...user },
  ];
}

async function openKey(file: string): Promise<{ signing: SigningKey; publicKey: JWK }> {
  const known = await stored(file);
  const jwk = known === undefined ? await newKey(file) : (JSON.parse(known) as JWK);
  const { d: _secret, ...publicKey } = jwk;
  const keyId = await calculateJwkThumbprint(publicKey);
  const key = (await importJWK(jwk, "EdDSA")) as CryptoKey;
  return {
    signing: { key, keyId },
    publicKey: { ...publicKey, kid: keyId, alg: "EdDSA", use: "sig" },
  };
}

/** Undefined when there is no such file. */
async function stored(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function newKey(file: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  const jwk = await exportJWK(privateKey);
  await replaceFile(file, JSON.stringify(jwk));
  return jwk;
}

/** Readers find the old content or the new one, never half of it. */
async function replaceFile(file: string, content: string): Promise<void> {
  const next = `${file}.${randomUUID()}`;
  await writeFile(next, content, { mode: 0o600 });
  await rename(next, file);
}
