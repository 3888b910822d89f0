import type { Item } from "@waybill/contracts/item";
import { rules } from "@waybill/rpc";
import { z } from "zod";
import { neededRequestId } from "../app/idempotency.ts";
import { asCaller } from "../http/calls.ts";
import {
  idempotencyHeaders,
  minorUnits,
  pageOf,
  pageQuery,
  present,
  time,
  timeOf,
} from "../http/fields.ts";
import { admins, anybody, operation } from "../http/operation.ts";
import { linkNextPage } from "../http/pages.ts";
import type { FieldNames } from "../http/problem.ts";
import type { HttpServer } from "../http/server.ts";
import type { RouteParts } from "./parts.ts";

const maxPieces = 1_000_000_000;

const itemBody = z
  .object({
    itemId: z.string(),
    itemName: z.string(),
    availableQty: z.int().meta({ description: "Pieces that can be ordered: on hand and not held" }),
    onHand: z.int(),
    held: z.int().meta({ description: "Pieces that orders hold" }),
    unitPrice: minorUnits,
    currency: z.string(),
    version: z.int().meta({ description: "Counts the changes of name and price" }),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: "Item" });

/** How an item's fields are called in the contract. */
const fieldNames: FieldNames = [
  [/^name$/, "itemName"],
  [/^onHand$/, "availableQty"],
  [/^unitPrice\.minorUnits$/, "unitPrice"],
  [/^unitPrice\.currency$/, "currency"],
  [/^requestId$/, "idempotency-key"],
];

const itemParams = z.object({ itemId: rules.id });
const tag = "inventory";

/** The catalogue and its stock: customers look, admins change it. */
export function inventoryRoutes(app: HttpServer, parts: RouteParts): void {
  readRoutes(app, parts);
  createRoute(app, parts);
  changeRoutes(app, parts);
}

function readRoutes(app: HttpServer, { clients: { items } }: RouteParts): void {
  app.get(
    "/api/inventory",
    operation({
      tag,
      summary: "List items, by their id",
      access: anybody,
      inputs: { querystring: pageQuery },
      answers: { 200: z.array(itemBody) },
      refusals: { 400: "The page token or size is wrong" },
    }),
    async (request, reply) => {
      const page = await items.listItems(pageOf(request.query), asCaller(request));
      linkNextPage(request, reply, page.nextPageToken);
      return page.items.map(itemOf);
    },
  );
  app.get(
    "/api/inventory/:itemId",
    operation({
      tag,
      summary: "An item",
      access: anybody,
      inputs: { params: itemParams },
      answers: { 200: itemBody },
      refusals: { 404: "There is no such item" },
    }),
    async (request) => itemOf((await items.getItem(request.params, asCaller(request))).item),
  );
}

function createRoute(app: HttpServer, { clients: { items }, defaultCurrency }: RouteParts): void {
  app.post(
    "/api/inventory",
    operation({
      tag,
      summary: "Add an item",
      access: admins,
      config: { fieldNames },
      inputs: {
        body: z.object({
          itemId: rules.id,
          itemName: rules.requiredText(200),
          availableQty: rules.integer(0, maxPieces),
          unitPrice: minorUnits.default(0),
          currency: rules.currency.optional(),
        }),
      },
      answers: { 201: z.object({ message: z.string(), itemId: z.string() }) },
      refusals: {
        400: "A field breaks its rule",
        409: "There is such an item, with other content",
      },
    }),
    async (request, reply) => {
      const { itemId, itemName: name, availableQty, unitPrice, currency } = request.body;
      const price = { minorUnits: BigInt(unitPrice), currency: currency ?? defaultCurrency };
      const item = { itemId, name, unitPrice: price, onHand: BigInt(availableQty) };
      await items.createItem(item, asCaller(request));
      reply.code(201).header("location", `/api/inventory/${itemId}`);
      return { message: "Inventory item added", itemId };
    },
  );
}

function changeRoutes(app: HttpServer, { clients: { items } }: RouteParts): void {
  app.patch(
    "/api/inventory/:itemId",
    operation({
      tag,
      summary: "Change an item's name or price; orders that exist keep their prices",
      access: admins,
      config: { fieldNames },
      inputs: { params: itemParams, headers: idempotencyHeaders, body: patchBody },
      answers: { 200: itemBody },
      refusals: {
        400: "A field breaks its rule",
        404: "There is no such item",
        409: "The version is not the current one",
      },
    }),
    async (request) => {
      const { itemName: name, unitPrice, currency, expectedVersion = 0 } = request.body;
      const price =
        unitPrice === undefined || currency === undefined
          ? undefined
          : { minorUnits: BigInt(unitPrice), currency };
      const requestId = neededRequestId(request.headers["idempotency-key"]);
      const { itemId } = request.params;
      const change = { requestId, itemId, name, unitPrice: price, expectedVersion };
      return itemOf((await items.updateItem(change, asCaller(request))).item);
    },
  );
  app.post(
    "/api/inventory/:itemId/adjustments",
    operation({
      tag,
      summary: "Add pieces to the stock, or take some out",
      access: admins,
      config: { fieldNames },
      inputs: {
        params: itemParams,
        headers: idempotencyHeaders,
        body: z.object({
          delta: rules.integer(-maxPieces, maxPieces).refine((delta) => delta !== 0, {
            error: "must not be 0",
          }),
          reason: rules.requiredText(200),
        }),
      },
      answers: { 200: itemBody },
      refusals: {
        400: "A field breaks its rule, or fewer pieces would be there than orders hold",
        404: "There is no such item",
      },
    }),
    async (request) => {
      const { delta, reason } = request.body;
      const requestId = neededRequestId(request.headers["idempotency-key"]);
      const { itemId } = request.params;
      const adjustment = { requestId, itemId, delta: BigInt(delta), reason };
      return itemOf((await items.adjustStock(adjustment, asCaller(request))).item);
    },
  );
}

const patchBody = z
  .object({
    itemName: rules.requiredText(200).optional(),
    unitPrice: minorUnits.optional(),
    currency: rules.currency.optional(),
    expectedVersion: rules.integer(1, 2 ** 31 - 1).optional(),
  })
  .refine(({ unitPrice, currency }) => (unitPrice === undefined) === (currency === undefined), {
    error: "unitPrice and currency must be given together",
    path: ["currency"],
  });

function itemOf(given: Item | undefined): z.output<typeof itemBody> {
  const { itemId, name, unitPrice, onHand, held, version, createdAt, updatedAt } = present(
    given,
    "the item",
  );
  const price = present(unitPrice, "the price");
  return {
    itemId,
    itemName: name,
    availableQty: Number(onHand - held),
    onHand: Number(onHand),
    held: Number(held),
    unitPrice: Number(price.minorUnits),
    currency: price.currency,
    version,
    createdAt: timeOf(present(createdAt, "the time")),
    updatedAt: timeOf(present(updatedAt, "the time")),
  };
}
