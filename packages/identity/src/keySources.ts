import { readFile } from "node:fs/promises";
import type { Logger } from "@waybill/chassis";
import { UserServiceDefinition } from "@waybill/contracts/user";
import { createClient } from "@waybill/rpc";
import type { JSONWebKeySet } from "jose";
import type { TrustedIssuer } from "./trustedIssuers.ts";

/** How long an answer is waited for. Unit: ms. */
const fetchTimeoutMs = 3_000;

/** Where an issuer's public keys come from. Rejects when they cannot be had now. */
export interface KeySource extends AsyncDisposable {
  load(): Promise<JSONWebKeySet>;
}

/** Opens the source that the issuer's configuration names. */
export function keySource({ keys }: TrustedIssuer, logger: Logger): KeySource {
  switch (keys.kind) {
    case "file":
      return withoutEnd(async () => parseKeys(await readFile(keys.path, "utf8")));
    case "url":
      return withoutEnd(() => fetchKeys(keys.url, keys.tokenFile));
    case "user-service":
      return userService(keys.address, logger);
    default:
      return keys satisfies never;
  }
}

const withoutEnd = (load: () => Promise<JSONWebKeySet>): KeySource => ({
  load,
  [Symbol.asyncDispose]: async () => {},
});

const parseKeys = (json: string): JSONWebKeySet => JSON.parse(json) as JSONWebKeySet;

async function fetchKeys(url: string, tokenFile: string | undefined): Promise<JSONWebKeySet> {
  const token = tokenFile === undefined ? undefined : await readFile(tokenFile, "utf8");
  const response = await fetch(url, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token.trim()}` },
    signal: AbortSignal.timeout(fetchTimeoutMs),
  });
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  return parseKeys(await response.text());
}

/** The keys are public, so that asking for them needs no token: nothing goes round in circles. */
function userService(address: string, logger: Logger): KeySource {
  const users = createClient(UserServiceDefinition, { callee: "user", address, logger });
  return {
    load: async () => {
      const { jwksJson } = await users.listSigningKeys({}, { timeoutMs: fetchTimeoutMs });
      return parseKeys(jwksJson);
    },
    [Symbol.asyncDispose]: () => users[Symbol.asyncDispose](),
  };
}
