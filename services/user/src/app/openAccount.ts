import type { Database } from "@waybill/persistence";
import { AccountEntity } from "../db/accountEntity.ts";
import { reachable } from "../db/reachable.ts";
import { type Account, isSameAccount } from "../domain/account.ts";

export type OpeningResult =
  | { readonly kind: "opened"; readonly account: Account }
  | { readonly kind: "otherContent"; readonly userId: string }
  | { readonly kind: "emailTaken"; readonly email: string };

/** Opens an account, or answers the one that was opened with the same id and content. */
export const openAccount =
  (db: Database) =>
  async (asked: Account): Promise<OpeningResult> => {
    const em = db.entities();
    // Two requests at once: the unique keys decide, and both then see the same row.
    await reachable(
      em.upsert(
        AccountEntity,
        { ...asked, roles: [...asked.roles] },
        { onConflictAction: "ignore", onConflictFields: [] },
      ),
    );
    em.clear();
    const existing = await reachable(em.findOne(AccountEntity, { userId: asked.userId }));
    if (existing === null) return { kind: "emailTaken", email: asked.email };
    if (!isSameAccount(existing, asked)) return { kind: "otherContent", userId: asked.userId };
    return { kind: "opened", account: existing };
  };
