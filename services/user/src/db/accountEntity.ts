import { defineEntity, p } from "@mikro-orm/core";
import type { Account } from "../domain/account.ts";

/** A row of `accounts`. */
export const AccountEntity = defineEntity({
  name: "Account",
  tableName: "accounts",
  properties: {
    userId: p.text().primary(),
    name: p.text(),
    email: p.text().unique(),
    roles: p.array().$type<Account["roles"][number][]>(),
    createdAt: p.datetime(),
  },
});
