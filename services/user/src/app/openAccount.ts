import type { Database } from "@waybill/persistence";
import { findAccount, insertAccount } from "../db/accountRows.ts";
import { type Account, isSameAccount } from "../domain/account.ts";
import type { Secret } from "../domain/secret.ts";
import type { PasswordHasher } from "./passwordHasher.ts";

export type OpeningResult =
  | { readonly kind: "opened"; readonly account: Account }
  | { readonly kind: "otherContent"; readonly userId: string }
  | { readonly kind: "emailTaken"; readonly email: string };

/**
 * Opens an account, or answers the one that was opened with the same id and content. A password is set only together with the
 * account: repeated, even with another one, it changes nothing.
 */
export const openAccount =
  (db: Database, passwords: PasswordHasher) =>
  async (asked: Account, password?: Secret, signal?: AbortSignal): Promise<OpeningResult> => {
    const passwordHash = password && (await passwords.hash(password, signal));
    // Two requests at once: the unique keys decide, and both then see the same row.
    await insertAccount(db, asked, passwordHash);
    const existing = await findAccount(db, asked.userId);
    if (existing === undefined) return { kind: "emailTaken", email: asked.email };
    if (!isSameAccount(existing, asked)) return { kind: "otherContent", userId: asked.userId };
    return { kind: "opened", account: existing };
  };
