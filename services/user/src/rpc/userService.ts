import { randomUUID } from "node:crypto";
import { ErrorReason } from "@waybill/contracts/errors";
import { Role, type User, type UserServiceImplementation } from "@waybill/contracts/user";
import { coalesced, readPage, refuse, rules, toResult, validate } from "@waybill/rpc";
import { z } from "zod";
import type { OpeningResult } from "../app/openAccount.ts";
import type { UserApp } from "../app/userApp.ts";
import { type Account, normalizeEmail } from "../domain/account.ts";

/** RFC 5321's limit of a path, less its angle brackets. Unit: characters. */
const maxEmailLength = 254;

const createRule = z.object({
  userId: rules.optionalId,
  name: rules.requiredText(200),
  email: z
    .string()
    .transform(normalizeEmail)
    .pipe(
      z
        .email("must be an email address, such as ann@example.org")
        .max(maxEmailLength, `must be at most ${maxEmailLength} characters`),
    ),
});
const getRule = z.object({ userId: rules.id });
const listRule = z.object({ pageSize: rules.pageSize, pageToken: rules.pageToken });

export function userService(app: UserApp): Omit<UserServiceImplementation, "authenticate"> {
  const get = coalesced({
    point: app.accounts,
    decode: ({ userId }: { userId: string }) => validate(getRule, { userId }).userId,
    encode: (account, { userId }) => {
      if (account !== undefined) return { user: toMessage(account) };
      throw refuse.notFound(ErrorReason.USER_NOT_FOUND, `There is no user ${userId}.`, {
        user_id: userId,
      });
    },
  });
  return {
    createUser: async (request) => {
      const { userId, name, email } = validate(createRule, request);
      const id = userId === "" ? randomUUID() : userId;
      const account: Account = {
        userId: id,
        name,
        email,
        roles: ["CUSTOMER"],
        createdAt: new Date(),
      };
      return { user: toMessage(opened(await app.openAccount(account))) };
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
        keyOf: (account) => [account.userId],
      });
      return { users: rows.map(toMessage), nextPageToken };
    },
  };
}

function opened(result: OpeningResult): Account {
  switch (result.kind) {
    case "opened":
      return result.account;
    case "otherContent":
      throw refuse.alreadyExists(
        ErrorReason.CONTENT_MISMATCH,
        `User ${result.userId} was registered before with another name or email address.`,
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

function toMessage({ userId, name, email, roles, createdAt }: Account): User {
  return { userId, name, email, roles: roles.map((role) => Role[role]), createdAt };
}
