import { ErrorReason } from "@waybill/contracts/errors";
import type { AdjustStockRequest, ItemServiceImplementation } from "@waybill/contracts/item";
import {
  decodePageToken,
  type ElementResult,
  encodePageToken,
  refuse,
  rules,
  toFailure,
  toResult,
  validate,
} from "@waybill/rpc";
import type { ItemApp } from "../app/itemApp.ts";
import { type Item, maxOnHand } from "../domain/item.ts";
import { toItemMessage } from "./encoding.ts";
import { contentMismatch, itemNotFound } from "./refusals.ts";
import {
  adjustStockSchema,
  createItemSchema,
  itemSchema,
  itemsSchema,
  listItemsSchema,
  updateItemSchema,
} from "./schemas.ts";

/** Names the list in its page tokens. */
const listKind = "items";

type Handlers = Pick<
  ItemServiceImplementation,
  "createItem" | "updateItem" | "adjustStock" | "getItem" | "batchGetItems" | "listItems"
>;

/** The catalogue and its stock, as people and other services administer and read it. */
export function catalogueHandlers(app: ItemApp): Handlers {
  return {
    createItem: async (request) => {
      const item = validate(createItemSchema, request);
      const creation = await app.createItem(item);
      if (creation.kind === "contentMismatch") throw contentMismatch(`item id ${item.itemId}`);
      return { item: toItemMessage(creation.item) };
    },
    updateItem: async (request) => ({ item: toItemMessage(await update(app, request)) }),
    adjustStock: async (request) => ({ item: toItemMessage(await adjust(app, request)) }),
    getItem: async (request) => {
      const { itemId } = validate(itemSchema, request);
      const item = (await app.findItems([itemId])).get(itemId);
      if (item === undefined) throw itemNotFound(itemId);
      return { item: toItemMessage(item) };
    },
    batchGetItems: async (request) => {
      const { itemIds } = validate(itemsSchema, request);
      const items = await app.findItems(itemIds.filter((id) => rules.id.safeParse(id).success));
      return { results: itemIds.map((itemId) => ({ result: toResult(foundOne(itemId, items)) })) };
    },
    listItems: async (request) => {
      const { pageSize, pageToken } = validate(listItemsSchema, request);
      const [afterId = ""] = decodePageToken(listKind, {}, pageToken, ["id"]) ?? [];
      const found = await app.listItems(afterId, pageSize + 1); // One more tells whether there is a next page.
      const items = found.slice(0, pageSize);
      const last = found.length > pageSize ? items.at(-1) : undefined;
      const nextPageToken = last ? encodePageToken(listKind, {}, [last.itemId]) : "";
      return { items: items.map(toItemMessage), nextPageToken };
    },
  };
}

async function update(app: ItemApp, request: Parameters<Handlers["updateItem"]>[0]): Promise<Item> {
  const { name, unitPrice, ...rest } = validate(updateItemSchema, request);
  if (name === undefined && unitPrice === undefined) {
    throw refuse.invalidField(
      "name",
      "name or unit_price must be given: there is nothing to change",
    );
  }
  const result = await app.updateItem({ name, unitPrice, ...rest });
  switch (result.kind) {
    case "updated":
      return result.item;
    case "notFound":
      throw itemNotFound(rest.itemId);
    case "contentMismatch":
      throw contentMismatch(`request id ${rest.requestId}`);
    case "versionMismatch":
      throw refuse.aborted(
        ErrorReason.VERSION_MISMATCH,
        `Item ${rest.itemId} has version ${result.currentVersion}, not ${rest.expectedVersion}; read it again.`,
        { current_version: `${result.currentVersion}` },
      );
    default:
      throw new Error(`unknown result ${result satisfies never}`);
  }
}

async function adjust(app: ItemApp, request: AdjustStockRequest): Promise<Item> {
  const adjustment = validate(adjustStockSchema, request);
  const { itemId, requestId, delta } = adjustment;
  const result = await app.adjustStock(adjustment);
  switch (result.kind) {
    case "adjusted":
      return result.item;
    case "notFound":
      throw itemNotFound(itemId);
    case "contentMismatch":
      throw contentMismatch(`request id ${requestId}`);
    case "insufficient":
      throw insufficientStock(result.item, delta);
    case "tooMany":
      throw refuse.invalidField(
        "delta",
        `there would be more than ${maxOnHand} pieces of item ${itemId}; on hand: ${result.item.onHand}; given: ${delta}`,
      );
    default:
      throw new Error(`unknown result ${result satisfies never}`);
  }
}

function insufficientStock({ itemId, onHand, held }: Item, delta: bigint) {
  return refuse.failedPrecondition(
    ErrorReason.INSUFFICIENT_STOCK,
    `Of the ${onHand} pieces of item ${itemId}, ${held} are held; ${-delta} cannot be taken out.`,
    { on_hand: `${onHand}`, held: `${held}` },
  );
}

/** One id of a batch; a malformed or unknown one fails alone. */
function foundOne(
  itemId: string,
  items: ReadonlyMap<string, Item>,
): ElementResult<{ item: ReturnType<typeof toItemMessage> }> {
  try {
    validate(itemSchema, { itemId });
    const item = items.get(itemId);
    if (item === undefined) throw itemNotFound(itemId);
    return { ok: { item: toItemMessage(item) } };
  } catch (error) {
    return { failure: toFailure(error), error };
  }
}
