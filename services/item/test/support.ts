import { readFileSync } from "node:fs";
import { createLogger } from "@waybill/chassis";
import { type Database, openDatabase, sql } from "@waybill/persistence";
import { testServers } from "@waybill/stack";
import type { FateSources } from "@waybill/tcc";
import { expect } from "chai";
import { type ItemApp, type ItemAppOptions, itemApp } from "../src/app/itemApp.ts";
import { tryOperation } from "../src/app/tryOperation.ts";
import { migrations } from "../src/db/migrations.ts";
import { mergeLines } from "../src/domain/lines.ts";
import type { ReservationOperation, ReservationOutcome } from "../src/domain/reservation.ts";

export const logger = createLogger("item", { level: "fatal", format: "json" });

/** Nobody who could tell an order's fate answers. */
export const nobody: FateSources = {
  status: { batchGetStatuses: () => Promise.reject(new Error("status is down")) },
  order: { batchAbandonOrders: () => Promise.reject(new Error("order is down")) },
};

/** The service's use cases on a database: a fresh one, or that of another instance. */
export async function openApp(
  options: Partial<ItemAppOptions> & { url?: string } = {},
): Promise<{ app: ItemApp; db: Database; url: string } & AsyncDisposable> {
  const url = options.url ?? (await (await testServers()).databaseUrl("item"));
  const db = await openDatabase({
    url,
    poolSize: 4,
    entities: [],
    migrations,
    logger,
    applicationName: "item-test",
  });
  const app = itemApp({
    ...nobody,
    db,
    logger,
    now: () => new Date(),
    holdExpiryMs: 60_000,
    maxBatchSize: 256,
    lanes: 1,
    ...options,
  });
  const close = async () => {
    await app[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
  };
  return { app, db, url, [Symbol.asyncDispose]: close };
}

export async function stockItem(app: ItemApp, itemId: string, onHand: number): Promise<void> {
  const unitPrice = { minorUnits: 100n, currency: "EUR" };
  const created = await app.createItem({ itemId, name: itemId, unitPrice, onHand: BigInt(onHand) });
  expect(created.kind).to.equal("created");
}

/** The operation that a word such as "try t1 a:2 b:1", "confirm t1" or "cancel t1" says. */
export function operation(words: string): ReservationOperation {
  const [kind, transactionId = "", ...wanted] = words.split(" ");
  if (kind === "confirm" || kind === "cancel") return { kind, transactionId };
  const lines = wanted.map((line) => {
    const [itemId = "", quantity] = line.split(":");
    return { itemId, quantity: Number(quantity) };
  });
  return tryOperation(transactionId, { userId: "u", lines: mergeLines(lines).lines });
}

/** What became of an operation, in one word. */
export function word(outcome: ReservationOutcome): string {
  switch (outcome.kind) {
    case "done":
      return outcome.row.state;
    case "replayed":
      return "replayed";
    case "refused":
      return outcome.reason;
    case "declined":
      return outcome.refusal.reason;
    default:
      throw new Error(`unknown outcome ${outcome satisfies never}`);
  }
}

/** One call, so one batch unless it is too large. */
export async function inOneBatch(app: ItemApp, ...operations: string[]): Promise<string[]> {
  const results = await app.reservations.submitAll(operations.map(operation));
  return results.map((result) =>
    result.status === "fulfilled" ? word(result.value) : String(result.reason),
  );
}

/** The queries by which the README has people check the books. */
const [, onHandQuery = "", heldQuery = ""] =
  readFileSync(new URL("../README.md", import.meta.url), "utf8")
    .split(/```(?:sql)?/)[1]
    ?.split(/^-- .*$/m) ?? [];
const wrongOnHand = sql("test_wrong_on_hand", onHandQuery.replaceAll(";", ""));
const wrongHeld = sql("test_wrong_held", heldQuery.replaceAll(";", ""));

/** The books balance: on_hand = initial + adjustments − confirmed, held = tried, for every item. */
export async function expectBalanced(db: Database): Promise<void> {
  expect(await db.rows(wrongOnHand)).to.deep.equal([]);
  expect(await db.rows(wrongHeld)).to.deep.equal([]);
}

/** "held/on hand" of an item. */
export async function stockOf(app: ItemApp, itemId: string): Promise<string> {
  const item = (await app.findItems([itemId])).get(itemId);
  return item ? `${item.held}/${item.onHand}` : "none";
}
