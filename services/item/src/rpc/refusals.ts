import { ErrorReason } from "@waybill/contracts/errors";
import { Refusal, refuse, Status } from "@waybill/rpc";
import type { HoldRefusal } from "../domain/reservation.ts";

/** How many items a message names; the metadata name all of them. */
const itemsInMessage = 3;

/** How a Try that is not possible is answered. */
export function holdRefusal(refusal: HoldRefusal): Refusal {
  switch (refusal.reason) {
    case "ITEM_NOT_FOUND":
      return linesNotFound(refusal.missing);
    case "MIXED_CURRENCIES":
      return refuse.failedPrecondition(
        ErrorReason.MIXED_CURRENCIES,
        `The items have prices in different currencies: ${refusal.currencies.join(", ")}.`,
        { currencies: refusal.currencies.join(",") },
      );
    case "TOTAL_TOO_LARGE":
      return refuse.failedPrecondition(
        ErrorReason.TOTAL_TOO_LARGE,
        `The total would be ${refusal.total} minor units, which is too large.`,
        { total: `${refusal.total}` },
      );
    case "OUT_OF_STOCK":
      return outOfStock(refusal.shortages);
    default:
      throw new Error(`unknown refusal ${refusal satisfies never}`);
  }
}

/** NOT_FOUND, naming the item. */
export function itemNotFound(itemId: string): Refusal {
  return refuse.notFound(ErrorReason.ITEM_NOT_FOUND, `There is no item ${itemId}.`, {
    item_ids: itemId,
  });
}

/** ALREADY_EXISTS: `what`, such as "item a", was used before with other content. */
export function contentMismatch(what: string): Refusal {
  return refuse.alreadyExists(
    ErrorReason.CONTENT_MISMATCH,
    `The ${what} was used before with other content.`,
  );
}

function linesNotFound(
  missing: Extract<HoldRefusal, { reason: "ITEM_NOT_FOUND" }>["missing"],
): Refusal {
  const itemIds = missing.map((line) => line.itemId);
  return new Refusal(
    Status.NOT_FOUND,
    ErrorReason.ITEM_NOT_FOUND,
    `There is no item ${some(itemIds)}.`,
    {
      metadata: { item_ids: itemIds.join(",") },
      violations: missing.map((line) => ({
        field: `lines[${line.position}].item_id`,
        description: `there is no item ${line.itemId}`,
      })),
    },
  );
}

function outOfStock(
  shortages: Extract<HoldRefusal, { reason: "OUT_OF_STOCK" }>["shortages"],
): Refusal {
  const named = shortages.map(
    ({ itemId, requested, available }) =>
      `${itemId} (${requested} requested, ${available} available)`,
  );
  return refuse.failedPrecondition(
    ErrorReason.OUT_OF_STOCK,
    `Out of stock: ${some(named)}.`,
    Object.fromEntries(
      shortages.map(({ itemId, requested, available }) => [itemId, `${requested}/${available}`]),
    ),
  );
}

function some(names: readonly string[]): string {
  const more = names.length - itemsInMessage;
  return names.slice(0, itemsInMessage).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
