import { createLogger } from "@waybill/chassis";
import { type CreateItemRequest, ItemServiceDefinition } from "@waybill/contracts/item";
import { type CreateUserRequest, UserServiceDefinition } from "@waybill/contracts/user";
import { createClient, type TokenSource } from "@waybill/rpc";
import { sampleItems, sampleUsers } from "./sampleData.ts";

/** Where the services are that the samples are put into. */
export interface SampleTargets {
  itemAddress: string;
  userAddress: string;
  /** Says who puts them there: a service. */
  token: TokenSource;
}

/**
 * Puts the sample catalogue and users into services that have none of them, through their public RPCs. What is there already stays as
 * it is, so it may be repeated. Answers how many items and users are new.
 */
export async function createSamples(
  targets: SampleTargets,
): Promise<{ items: number; users: number }> {
  const logger = createLogger("samples", { level: "silent", format: "json" });
  await using items = createClient(ItemServiceDefinition, {
    callee: "item",
    address: targets.itemAddress,
    token: targets.token,
    logger,
  });
  await using users = createClient(UserServiceDefinition, {
    callee: "user",
    address: targets.userAddress,
    token: targets.token,
    logger,
  });
  const [foundItems, foundUsers] = await Promise.all([
    items.batchGetItems({ itemIds: sampleItems.map(({ itemId }) => itemId) }),
    users.batchGetUsers({ userIds: sampleUsers.map(({ userId }) => userId) }),
  ]);
  const newItems = missing<CreateItemRequest>(sampleItems, foundItems.results);
  const newUsers = missing<CreateUserRequest>(sampleUsers, foundUsers.results);
  await Promise.all([
    ...newItems.map((item) => items.createItem(item)),
    ...newUsers.map((user) => users.createUser(user)),
  ]);
  return { items: newItems.length, users: newUsers.length };
}

/** The samples for which there was no response in the same place. */
function missing<Sample>(
  samples: readonly Sample[],
  results: readonly { result?: { $case: string } | undefined }[],
): readonly Sample[] {
  return samples.filter((_, index) => results[index]?.result?.$case !== "response");
}
