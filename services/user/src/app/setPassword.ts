import { resetAttempts } from "../db/attemptRows.ts";
import {
  type Credential,
  credentialByUser,
  insertPasswordHash,
  lockPasswordHash,
  updatePasswordHash,
} from "../db/credentialRows.ts";
import { revokeFamiliesOf } from "../db/tokenRows.ts";
import { accountKey } from "../domain/attempts.ts";
import type { Secret } from "../domain/secret.ts";
import { type LoginParts, maxRounds } from "./authenticate.ts";
import { counted } from "./loginLimits.ts";

export interface NewPassword {
  readonly userId: string;
  readonly newPassword: Secret;
  /** What must be the current one, if the account has one; "any": it need not be known. */
  readonly currentPassword: Secret | "any";
}

export type SetPasswordResult =
  | { readonly kind: "set" }
  | { readonly kind: "notFound" }
  /** The current password is another one. */
  | { readonly kind: "wrong" }
  | { readonly kind: "limited"; readonly retryAfterMs: number };

type Round = SetPasswordResult | { readonly kind: "changed" };

/**
 * Sets a password and revokes all refresh tokens of the account. Repeated, when the password is the new one already, it changes
 * nothing. Guessing the current password counts as guessing at a login does.
 */
export const setPassword =
  (parts: LoginParts) =>
  async (asked: NewPassword, signal?: AbortSignal): Promise<SetPasswordResult> => {
    for (let round = 0; round < maxRounds; round += 1) {
      const result = await setOnce(parts, asked, signal);
      if (result.kind !== "changed") return result;
    }
    return { kind: "wrong" };
  };

async function setOnce(
  parts: LoginParts,
  asked: NewPassword,
  signal: AbortSignal | undefined,
): Promise<Round> {
  const credential = await credentialByUser(parts.db, asked.userId);
  if (credential === undefined) return { kind: "notFound" };
  const { currentPassword } = asked;
  if (currentPassword === "any" || credential.passwordHash === undefined) {
    return store(parts, asked, credential, signal);
  }
  const start = await parts.limits.begin(credential.email);
  if (start.kind === "limited") return start;
  return counted(start.attempt, async () => {
    const { passwords, db } = parts;
    const current = await passwords.verify(currentPassword, credential.passwordHash, signal);
    if (current.matches) return store(parts, asked, credential, signal);
    const repeated = await passwords.verify(asked.newPassword, credential.passwordHash, signal);
    if (!repeated.matches) return { kind: "wrong" };
    await db.transaction((tx) => start.attempt.succeed(tx));
    return { kind: "set" };
  });
}

async function store(
  { db, passwords, now }: LoginParts,
  { userId, newPassword, currentPassword }: NewPassword,
  checked: Credential,
  signal: AbortSignal | undefined,
): Promise<Round> {
  const passwordHash = await passwords.hash(newPassword, signal);
  return db.transaction(async (tx) => {
    const locked = await lockPasswordHash(tx, userId);
    if (currentPassword !== "any" && locked !== checked.passwordHash) return { kind: "changed" };
    const at = now();
    if (locked !== undefined) await updatePasswordHash(tx, userId, passwordHash, at);
    else if (!(await insertPasswordHash(tx, userId, passwordHash, at))) return { kind: "changed" };
    await revokeFamiliesOf(tx, userId, at);
    await resetAttempts(tx, accountKey(checked.email)); // They were guesses of the old password.
    return { kind: "set" };
  });
}
