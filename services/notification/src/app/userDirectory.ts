import { inFirstTrace } from "@waybill/chassis";
import type { User, UserServiceClient } from "@waybill/contracts/user";
import { Status } from "@waybill/rpc";
import { LRUCache } from "lru-cache";

/** How many users are remembered, and for how long: a new address counts after a minute. */
const cacheLimit = { max: 10_000, ttl: 60_000 } as const;

export type UserPort = Pick<UserServiceClient, "batchGetUsers">;

/** A user; "missing" when there is none of this id, undefined when the user service could not tell. */
export type UserAnswer = User | "missing" | undefined;

export interface Asked {
  readonly userId: string;
  readonly traceparent: string;
}

/** Asks the user service, in one call for all users that are not in its short-lived cache. Throws what the call throws. */
export function createUserDirectory(users: UserPort) {
  const cache = new LRUCache<string, User>(cacheLimit);
  return async (asked: readonly Asked[]): Promise<ReadonlyMap<string, UserAnswer>> => {
    const answers = new Map<string, UserAnswer>(
      asked.map(({ userId }) => [userId, cache.get(userId)]),
    );
    const unknown = [...answers].flatMap(([userId, user]) => (user === undefined ? [userId] : []));
    if (unknown.length === 0) return answers;
    const { results } = await inFirstTrace(
      asked.map(({ traceparent }) => traceparent),
      () => users.batchGetUsers({ userIds: unknown }),
    );
    unknown.forEach((userId, index) => {
      const result = results[index]?.result;
      const user = result?.$case === "response" ? result.value.user : undefined;
      if (user !== undefined) cache.set(userId, user);
      const isMissing = result?.$case === "failure" && result.value.code === Status.NOT_FOUND;
      answers.set(userId, isMissing ? "missing" : user);
    });
    return answers;
  };
}

export type UserDirectory = ReturnType<typeof createUserDirectory>;
