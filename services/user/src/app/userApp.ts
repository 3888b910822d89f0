import { type BatchingPoint, createBatchingPoint } from "@waybill/batching";
import { type Database, isTransient } from "@waybill/persistence";
import type { Account } from "../domain/account.ts";
import { type OpeningResult, openAccount } from "./openAccount.ts";
import { listAccounts, readAccounts } from "./readAccounts.ts";

/** What the service does. Disposal finishes what was taken. */
export interface UserApp extends AsyncDisposable {
  openAccount(account: Account): Promise<OpeningResult>;
  readonly accounts: BatchingPoint<string, Account | undefined>;
  /** At most `limit` accounts by their id, after this one. */
  listAccounts(afterId: string, limit: number): Promise<readonly Account[]>;
}

export function userApp(db: Database): UserApp {
  const accounts = createBatchingPoint({
    name: "user.read",
    handle: readAccounts(db),
    isTransient,
  });
  return {
    openAccount: openAccount(db),
    accounts,
    listAccounts: listAccounts(db),
    [Symbol.asyncDispose]: () => accounts[Symbol.asyncDispose](),
  };
}
