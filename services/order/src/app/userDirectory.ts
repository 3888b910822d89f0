import { inFirstTrace, type Logger } from "@waybill/chassis";
import type { GetUserResult } from "@waybill/contracts/user";
import { isUnavailable, Status } from "@waybill/rpc";
import { LRUCache } from "lru-cache";
import type { UserPort } from "./ports.ts";

/** How many known users are remembered, and for how long. Accounts are never deleted. */
const cacheLimit = { max: 50_000, ttl: 60_000 } as const;

export type UserKnowledge = "exists" | "missing" | "unavailable";

/** Somebody wants to know whether a user exists, in this trace. */
export interface UserQuestion {
  readonly userId: string;
  readonly traceparent: string;
}

/** Which users exist. */
export interface UserDirectory {
  /** What is known of each of these users; "unavailable" when the user service is needed for it and away. */
  look(questions: readonly UserQuestion[]): Promise<ReadonlyMap<string, UserKnowledge>>;
}

/** Asks the user service, in one call for all ids that are not in its short-lived cache. */
export function createUserDirectory(users: UserPort, logger: Logger): UserDirectory {
  const cache = new LRUCache<string, true>(cacheLimit);
  const ask = async (userIds: readonly string[]): Promise<readonly GetUserResult[]> => {
    try {
      return (await users.batchGetUsers({ userIds: [...userIds] })).results;
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      logger.warn({ err: error, users: userIds.length }, "user service is away");
      return [];
    }
  };
  return {
    look: async (questions) => {
      const known = new Map<string, UserKnowledge>();
      for (const { userId } of questions) known.set(userId, "exists");
      const open = questions.filter(({ userId }) => !cache.has(userId));
      if (open.length === 0) return known;
      const asked = [...new Set(open.map(({ userId }) => userId))];
      const traces = open.map(({ traceparent }) => traceparent);
      const results = await inFirstTrace(traces, () => ask(asked));
      asked.forEach((userId, index) => {
        const knowledge = knowledgeOf(results[index]);
        if (knowledge === "exists") cache.set(userId, true);
        known.set(userId, knowledge);
      });
      return known;
    },
  };
}

/** Only the user service's own word makes a user unknown; any other failure says nothing. */
function knowledgeOf(element: GetUserResult | undefined): UserKnowledge {
  const result = element?.result;
  if (result?.$case === "response") return "exists";
  return result?.value.code === Status.NOT_FOUND ? "missing" : "unavailable";
}
