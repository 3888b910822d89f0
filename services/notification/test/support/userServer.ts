import { ErrorReason } from "@waybill/contracts/errors";
import { type GetUserResult, UserServiceDefinition } from "@waybill/contracts/user";
import { refuse, startServer, toFailure } from "@waybill/rpc";
import { logger } from "./testBed.ts";

/** The user service: everybody is known, at example.com, but those whose id begins with "ghost". */
export interface UserServer extends AsyncDisposable {
  readonly address: string;
  /** How many users each call asked for. */
  readonly calls: readonly number[];
}

export async function startUserServer(port = 0): Promise<UserServer> {
  const calls: number[] = [];
  const server = await startServer({
    name: "user",
    host: "127.0.0.1",
    port,
    logger,
    services: [
      [
        UserServiceDefinition,
        {
          batchGetUsers: async ({ userIds }) => {
            calls.push(userIds.length);
            return { results: userIds.map(answer) };
          },
        },
      ],
    ],
  });
  return {
    address: server.address,
    calls,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function answer(userId: string): GetUserResult {
  if (userId.startsWith("ghost")) {
    const value = toFailure(refuse.notFound(ErrorReason.USER_NOT_FOUND, "no such user"));
    return { result: { $case: "failure", value } };
  }
  const name = `Dear ${userId}`;
  const email = `${userId}@example.com`;
  const user = { userId, name, email, roles: [], createdAt: new Date(0) };
  return { result: { $case: "response", value: { user } } };
}
