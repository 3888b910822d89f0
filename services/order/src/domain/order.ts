import { hash } from "node:crypto";

/** An amount in minor units of an ISO 4217 currency. */
export interface Money {
  readonly minorUnits: bigint;
  readonly currency: string;
}

/** How many pieces of an item. */
export interface Line {
  readonly itemId: string;
  readonly quantity: number;
}

/** A line with the name and price that held when the order was placed. */
export interface PricedLine extends Line {
  readonly name: string;
  readonly unitPrice: Money;
}

export interface Address {
  readonly name: string;
  readonly street: readonly string[];
  readonly postalCode: string;
  readonly city: string;
  readonly region: string;
  readonly country: string;
}

/** What is ordered, and for whom: all that must be equal for a repetition to be the same order. */
export interface Content {
  readonly userId: string;
  /** Merged: one line per item, by item id. */
  readonly lines: readonly Line[];
  readonly paymentMethod: string;
  readonly shipTo: Address | undefined;
  /** The order belongs to an outside coordinator, which confirms or cancels it. */
  readonly isCoordinated: boolean;
}

/** What the catalogue says about an order's lines. */
export interface Prices {
  readonly lines: readonly PricedLine[];
  readonly total: Money;
}

/** A stored order. Its state is not here: status knows it. */
export interface Order {
  readonly orderId: string;
  readonly content: Content;
  readonly contentHash: string;
  /** Undefined while the stock is not held yet (the item service was away when the order was placed). */
  readonly prices: Prices | undefined;
  readonly reservationMode: "HELD" | "DEFERRED";
  readonly placedAt: Date;
  readonly expiresAt: Date | undefined;
  readonly traceparent: string;
  /** Status knows of it. */
  readonly isAnnounced: boolean;
}

/** Merges lines of the same item and sorts them, so that equal orders have equal lines. */
export function mergeLines(lines: readonly Line[]): Line[] {
  const quantities = new Map<string, number>();
  for (const { itemId, quantity } of lines) {
    quantities.set(itemId, (quantities.get(itemId) ?? 0) + quantity);
  }
  return [...quantities]
    .map(([itemId, quantity]) => ({ itemId, quantity }))
    .sort((a, b) => (a.itemId < b.itemId ? -1 : 1));
}

/** Equal for equal content only. */
export function hashContent(content: Content): string {
  const { userId, lines, paymentMethod, shipTo, isCoordinated } = content;
  const address = shipTo && [
    shipTo.name,
    shipTo.street,
    shipTo.postalCode,
    shipTo.city,
    shipTo.region,
    shipTo.country,
  ];
  const canonical = [
    userId,
    lines.map((line) => [line.itemId, line.quantity]),
    paymentMethod,
    address ?? null,
    isCoordinated,
  ];
  return hash("sha256", JSON.stringify(canonical), "base64url");
}
