import type { Logger } from "@waybill/chassis";
import { isUnavailable } from "@waybill/rpc";
import { LRUCache } from "lru-cache";
import type { UserPort } from "./ports.ts";

/** How many known users are remembered, and for how long. Accounts are never deleted. */
const cacheLimit = { max: 50_000, ttl: 60_000 } as const;

export type UserKnowledge = "exists" | "missing" | "unavailable";

/** Which users exist. */
export interface UserDirectory {
  /** What is known of each of these ids; "unavailable" when the user service is needed for it and away. */
  look(userIds: Iterable<string>): Promise<ReadonlyMap<string, UserKnowledge>>;
}

/** Asks the user service, in one call for all ids that are not in its short-lived cache. */
export function createUserDirectory(users: UserPort, logger: Logger): UserDirectory {
  const cache = new LRUCache<string, true>(cacheLimit);
  const ask = async (userIds: readonly string[]): Promise<Map<string, UserKnowledge>> => {
    const { results } = await users.batchGetUsers({ userIds: [...userIds] });
    return new Map(
      userIds.map((userId, index) => {
        const exists = results[index]?.result?.$case === "response";
        if (exists) cache.set(userId, true);
        return [userId, exists ? "exists" : "missing"];
      }),
    );
  };
  return {
    look: async (userIds) => {
      const wanted = [...new Set(userIds)];
      const asked = wanted.filter((userId) => !cache.has(userId));
      const known = new Map<string, UserKnowledge>(wanted.map((userId) => [userId, "exists"]));
      if (asked.length === 0) return known;
      try {
        for (const [userId, knowledge] of await ask(asked)) known.set(userId, knowledge);
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        logger.warn({ err: error, users: asked.length }, "user service is away");
        for (const userId of asked) known.set(userId, "unavailable");
      }
      return known;
    },
  };
}
