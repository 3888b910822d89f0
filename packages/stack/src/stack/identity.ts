import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Issuer, openLocalIssuer } from "@waybill/identity";
import { type ServiceName, serviceNames } from "./catalogue.ts";
import type { Plan } from "./plan.ts";

/** Tokens are replaced long before they end, so that a process has time to read the new one. */
const LIFETIME_MS = 60 * 60_000;
const RENEW_AFTER_MS = 15 * 60_000;
/** By the clock on the wall, often: a laptop that was asleep for hours has old tokens at once. */
const CHECK_MS = 10_000;
const TOOL_LIFETIME_MS = 10 * 60_000;

const folderOf = (dataDir: string): string => join(dataDir, "identity");

/** Who the processes of a stack are, and whom they trust. Disposing stops the renewal of tokens. */
export interface StackIdentity extends Disposable {
  /** Which environment a process of this service gets. */
  variablesOf(service: ServiceName): NodeJS.ProcessEnv;
}

/**
 * Opens the stack's issuer of tokens, and keeps a fresh token for each service in the data folder:
 * identity/key.json, jwks.json, trusted-issuers.json and tokens/<service>.
 */
export async function openIdentity(dataDir: string, plan: Plan): Promise<StackIdentity> {
  const folder = folderOf(dataDir);
  const issuer = await openLocalIssuer({ folder });
  const trustedFile = join(folder, "trusted-issuers.json");
  replaceFile(trustedFile, JSON.stringify(issuer.trusted(plan.addresses.user.join()), null, 2));
  mkdirSync(join(folder, "tokens"), { recursive: true, mode: 0o700 });
  const tokenFile = (service: ServiceName) => join(folder, "tokens", service);
  let issuedAt = 0;
  const renew = async () => {
    if (Date.now() - issuedAt < RENEW_AFTER_MS) return;
    issuedAt = Date.now();
    for (const service of serviceNames)
      replaceFile(tokenFile(service), await issuer.serviceToken(service, LIFETIME_MS));
  };
  await renew();
  const timer = setInterval(() => void renew().catch(() => {}), CHECK_MS).unref(); // Tried again at the next renewal; a token lives through four of them.
  return {
    variablesOf: (service) => ({
      TRUSTED_ISSUERS: trustedFile,
      SERVICE_TOKEN_FILE: tokenFile(service),
    }),
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

/** The issuer of the stack on this data folder. Throws when none has ever been started there. */
export async function stackIssuer(dataDir: string): Promise<Issuer> {
  const folder = folderOf(dataDir);
  if (existsSync(join(folder, "key.json"))) return openLocalIssuer({ folder });
  throw new Error(
    `No stack has been started on ${dataDir}, so that nothing there would trust a token.`,
  );
}

/** Tokens with which a tool calls the services of the stack on this data folder, as a service. */
export function operatorToken(dataDir: string, name = "operator"): () => Promise<string> {
  let token = "";
  let issuedAt = 0;
  return async () => {
    if (Date.now() - issuedAt < TOOL_LIFETIME_MS / 2) return token;
    const issuer = await stackIssuer(dataDir);
    token = await issuer.serviceToken(name, TOOL_LIFETIME_MS);
    issuedAt = Date.now();
    return token;
  };
}

/** A reader finds the old content or the new one, never half of it. */
function replaceFile(file: string, content: string): void {
  writeFileSync(`${file}.partial`, content, { mode: 0o600 });
  renameSync(`${file}.partial`, file);
}
