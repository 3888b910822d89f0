import type { Logger } from "@waybill/chassis";
import { ItemServiceDefinition } from "@waybill/contracts/item";
import { UserServiceDefinition } from "@waybill/contracts/user";
import { createClient } from "@waybill/rpc";
import { operatorToken, type Stack } from "@waybill/stack";
import { closedLoop } from "./arrivals.ts";

const concurrency = 32;
/** The contracts' limit: no order of a benchmark is refused for want of stock. */
const stockOfEach = 1_000_000_000n;

/** How many customers there are. */
export const userCount = 100;

export const userId = (index: number): string => `bench-user-${index}`;
export const itemId = (index: number): string => `bench-item-${index}`;
/** In EUR. */
export const unitPriceMinor = (item: number): number => 100 + item;

/** Opens the accounts and fills the catalogue. */
export async function populate(
  stack: Stack,
  items: number,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  const client = {
    logger,
    timeoutMs: 30_000,
    attemptTimeoutMs: 10_000,
    token: operatorToken(stack.dataDir, "bench"),
  };
  const address = (service: "user" | "item") => ({
    ...client,
    callee: service,
    address: stack.addresses(service),
  });
  await using users = createClient(UserServiceDefinition, address("user"));
  await using catalogue = createClient(ItemServiceDefinition, address("item"));
  await all(userCount, signal, async (index) => {
    const name = `Customer ${index}`;
    await users.createUser({ userId: userId(index), name, email: `bench${index}@example.com` });
  });
  await all(items, signal, async (index) => {
    await catalogue.createItem({
      itemId: itemId(index),
      name: `Item ${index}`,
      unitPrice: { minorUnits: BigInt(unitPriceMinor(index)), currency: "EUR" },
      onHand: stockOfEach,
    });
  });
}

/** Does it for each number from 0, several at a time; rejects with the first failure. */
async function all(
  count: number,
  signal: AbortSignal,
  work: (index: number) => Promise<void>,
): Promise<void> {
  const failed = new AbortController();
  const fail = (error: unknown) => failed.abort(error);
  const either = AbortSignal.any([signal, failed.signal]);
  await closedLoop({ requests: count }, concurrency)((index) => work(index).catch(fail), either);
}
