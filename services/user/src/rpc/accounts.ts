import { randomUUID } from "node:crypto";
import type { Logger } from "@waybill/chassis";
import { ErrorReason } from "@waybill/contracts/errors";
import { Role, type User, type UserServiceImplementation } from "@waybill/contracts/user";
import { callerOf, isOwn, onlyOwn } from "@waybill/identity";
import { coalesced, readPage, refuse, toResult, validate } from "@waybill/rpc";
import type { OpeningResult } from "../app/openAccount.ts";
import type { UserApp } from "../app/userApp.ts";
import { type Account, grantedRoles } from "../domain/account.ts";
import { createRule, getRule, hiding, listRule } from "./schemas.ts";

type AccountRpcs = "createUser" | "getUser" | "batchGetUsers" | "listUsers";

export function accountRpcs(
  app: UserApp,
  logger: Logger,
): Pick<UserServiceImplementation, AccountRpcs> {
  const get = coalesced({
    point: app.accounts,
    logger,
    decode: ({ userId }: { userId: string }) => {
      validate(getRule, { userId });
      if (!isOwn(userId)) throw userNotFound(userId);
      return userId;
    },
    encode: (account, { userId }) => {
      if (account !== undefined) return { user: toMessage(account) };
      throw userNotFound(userId);
    },
  });
  return {
    createUser: async (request, { signal }) => {
      const { userId, name, email, password, roles } = validate(
        createRule,
        hiding(request, "password"),
      );
      if (roles.includes(Role.ADMIN)) requireMayGiveRoles();
      const account: Account = {
        userId: userId === "" ? randomUUID() : userId,
        name,
        email,
        roles: grantedRoles(roles.map((role) => (role === Role.ADMIN ? "ADMIN" : "CUSTOMER"))),
        createdAt: new Date(),
      };
      return { user: toMessage(opened(await app.openAccount(account, password, signal))) };
    },
    getUser: get.one,
    batchGetUsers: async ({ userIds }, context) => {
      const results = await get.many(
        userIds.map((userId) => ({ userId })),
        context,
        "user_ids",
      );
      return { results: results.map((result) => ({ result: toResult(result) })) };
    },
    listUsers: async (request) => {
      const { pageSize, pageToken } = validate(listRule, request);
      const { rows, nextPageToken } = await readPage({
        kind: "users",
        filters: {},
        pageSize,
        pageToken,
        read: ([afterId] = [""], limit) => app.listAccounts(afterId ?? "", limit),
        keyForm: ["id"],
        keyOf: (account) => [account.userId],
      });
      return { users: rows.map(toMessage), nextPageToken };
    },
  };
}

/** Anybody may register as a customer; other roles are given by an admin or a service. */
function requireMayGiveRoles(): void {
  if (onlyOwn(callerOf()) === undefined) return;
  throw refuse.permissionDenied(ErrorReason.NOT_ALLOWED, "The caller may not give roles", {
    field: "roles",
  });
}

function opened(result: OpeningResult): Account {
  switch (result.kind) {
    case "opened":
      return result.account;
    case "otherContent":
      throw refuse.alreadyExists(
        ErrorReason.CONTENT_MISMATCH,
        `User ${result.userId} was registered before with another name, email address or roles.`,
        { user_id: result.userId },
      );
    case "emailTaken":
      throw refuse.alreadyExists(
        ErrorReason.EMAIL_TAKEN,
        "Another account has this email address.",
      );
    default:
      return result satisfies never;
  }
}

export const userNotFound = (userId: string) =>
  refuse.notFound(ErrorReason.USER_NOT_FOUND, `There is no user ${userId}.`, { user_id: userId });

export function toMessage({ userId, name, email, roles, createdAt }: Account): User {
  return { userId, name, email, roles: roles.map((role) => Role[role]), createdAt };
}
