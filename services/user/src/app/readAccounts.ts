import type { Database } from "@waybill/persistence";
import { AccountEntity } from "../db/accountEntity.ts";
import { withEntities } from "../db/entities.ts";
import type { Account } from "../domain/account.ts";

/** The accounts of a batch of ids; undefined where there is none. */
export const readAccounts =
  (db: Database) =>
  async (userIds: readonly string[]): Promise<readonly (Account | undefined)[]> => {
    const wanted = { userId: { $in: [...new Set(userIds)] } };
    const found = await withEntities(db, (em) => em.find(AccountEntity, wanted));
    const byId = new Map(found.map((account) => [account.userId, account]));
    return userIds.map((userId) => byId.get(userId));
  };

/** At most `limit` accounts by their id, after this one. */
export const listAccounts =
  (db: Database) =>
  async (afterId: string, limit: number): Promise<readonly Account[]> =>
    withEntities(db, (em) =>
      em.find(AccountEntity, { userId: { $gt: afterId } }, { orderBy: { userId: "asc" }, limit }),
    );
