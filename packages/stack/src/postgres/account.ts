import { readFileSync } from "node:fs";
import type { Account } from "../process/folders.ts";

/**
 * PostgreSQL refuses to run as root, so root lends it an unprivileged account that is there already: "postgres" or "nobody". It needs to be in
 * the password file, since initdb looks its name up. Undefined: as ourselves.
 */
export function postgresAccount(passwordFile = "/etc/passwd"): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = new Map<string, Account>();
  for (const line of readFileSync(passwordFile, "utf8").split("\n")) {
    const [name, , uid, gid] = line.split(":");
    if (name !== undefined) accounts.set(name, { uid: Number(uid), gid: Number(gid) });
  }
  const account = accounts.get("postgres") ?? accounts.get("nobody");
  if (account === undefined || account.uid === 0)
    throw new Error(
      'PostgreSQL does not run as root, and there is no account "postgres" or "nobody" to run it as. Start Waybill as an ordinary user.',
    );
  return account;
}
