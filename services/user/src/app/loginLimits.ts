import { randomUUID } from "node:crypto";
import type { Database, Sql } from "@waybill/persistence";
import {
  forgetAttempt,
  insertAttempt,
  lockAttempts,
  recentAttempts,
  resetAttempts,
} from "../db/attemptRows.ts";
import { type AttemptLimit, accountKey, addressKey, waitMs } from "../domain/attempts.ts";

export interface LoginLimitSettings {
  readonly windowMs: number;
  readonly failuresPerAccount: number;
  readonly failuresPerAddress: number;
}

export type AttemptStart =
  | { readonly kind: "limited"; readonly retryAfterMs: number }
  | { readonly kind: "begun"; readonly attempt: Attempt };

/** An attempt that counts as failed unless one of these is called. */
export interface Attempt {
  /** Forgets it, and all failures of the account. Those of the client address stay, or an account of one's own would reset them. */
  succeed(tx: Sql): Promise<void>;
  /** Forgets it: the password was never looked at. */
  withdraw(): Promise<void>;
}

export interface LoginLimits {
  /**
   * Begins an attempt on the account with that email address, whether there is one or not. It is counted before the password is
   * looked at, so that attempts at the same time cannot exceed a limit. A limited one is not counted.
   */
  begin(email: string, clientAddress?: string): Promise<AttemptStart>;
}

/** Limits on failed attempts per account and per client address, kept in the database, so that all replicas count together. */
export function loginLimits(
  db: Database,
  settings: LoginLimitSettings,
  now: () => Date,
): LoginLimits {
  const { windowMs, failuresPerAccount, failuresPerAddress } = settings;
  return {
    begin: (email, clientAddress) => {
      const account = accountKey(email);
      const limits = new Map<string, AttemptLimit>([
        [account, { failures: failuresPerAccount, windowMs }],
      ]);
      if (clientAddress !== undefined) {
        limits.set(addressKey(clientAddress), { failures: failuresPerAddress, windowMs });
      }
      const keys = [...limits.keys()];
      return db.transaction(async (tx) => {
        await lockAttempts(tx, keys);
        const at = now();
        const recent = await recentAttempts(tx, keys, new Date(at.getTime() - windowMs));
        const waits = [...limits].map(([key, limit]) => waitMs(recent.get(key) ?? [], limit, at));
        const retryAfterMs = Math.max(...waits);
        if (retryAfterMs > 0) return { kind: "limited", retryAfterMs };
        const attemptId = randomUUID();
        await insertAttempt(tx, keys, attemptId, at);
        return { kind: "begun", attempt: begun(db, account, keys, attemptId) };
      });
    },
  };
}

const begun = (
  db: Database,
  account: string,
  keys: readonly string[],
  attemptId: string,
): Attempt => ({
  succeed: async (tx) => {
    await forgetAttempt(tx, keys, attemptId);
    await resetAttempts(tx, account);
  },
  withdraw: () => forgetAttempt(db, keys, attemptId),
});

/** Runs what looks at the password. When it throws, nothing was learnt from the attempt, and it does not count. */
export async function counted<T>(attempt: Attempt, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await attempt.withdraw().catch(() => {}); // Then it counts for one window; what went wrong matters more.
    throw error;
  }
}
