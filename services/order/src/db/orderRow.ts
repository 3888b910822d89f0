import type { Address, Line, Money, Order, Prices } from "../domain/order.ts";

/** What is known of an order id that was used. */
export type Stored =
  | { readonly kind: "stored"; readonly order: Order }
  | { readonly kind: "abandoned"; readonly orderId: string };

/** A line in `orders.lines`: the price is a decimal text, since JSON numbers are no 64-bit integers. */
interface LineJson extends Line {
  readonly name?: string;
  readonly unitPrice?: string;
}

/** A row of `orders`, as PostgreSQL answers it. */
export interface OrderRow {
  readonly order_id: string;
  readonly fate: "STORED" | "ABANDONED";
  readonly user_id: string;
  readonly content_hash: string;
  readonly lines: readonly LineJson[];
  readonly payment_method: string;
  readonly ship_to: Address | null;
  readonly is_coordinated: boolean;
  readonly reservation_mode: "HELD" | "DEFERRED";
  readonly total_minor: bigint | null;
  readonly currency: string | null;
  readonly placed_at: Date;
  readonly expires_at: Date | null;
  readonly traceparent: string;
  readonly is_announced: boolean;
}

export function toStored(row: OrderRow): Stored {
  if (row.fate === "ABANDONED") return { kind: "abandoned", orderId: row.order_id };
  return { kind: "stored", order: toOrder(row) };
}

function toOrder(row: OrderRow): Order {
  return {
    orderId: row.order_id,
    content: {
      userId: row.user_id,
      lines: row.lines.map(({ itemId, quantity }) => ({ itemId, quantity })),
      paymentMethod: row.payment_method,
      shipTo: row.ship_to ?? undefined,
      isCoordinated: row.is_coordinated,
    },
    contentHash: row.content_hash,
    prices: toPrices(row),
    reservationMode: row.reservation_mode,
    placedAt: row.placed_at,
    expiresAt: row.expires_at ?? undefined,
    traceparent: row.traceparent,
    isAnnounced: row.is_announced,
  };
}

function toPrices(row: OrderRow): Prices | undefined {
  const { total_minor: minorUnits, currency } = row;
  if (minorUnits === null || currency === null) return undefined;
  const lines = row.lines.map(({ itemId, quantity, name = "", unitPrice = "0" }) => ({
    itemId,
    quantity,
    name,
    unitPrice: { minorUnits: BigInt(unitPrice), currency } satisfies Money,
  }));
  return { lines, total: { minorUnits, currency } };
}

/** The JSON of `orders.lines`. */
export function linesJson(lines: readonly Line[], prices: Prices | undefined): string {
  const json: readonly LineJson[] =
    prices?.lines.map(({ itemId, quantity, name, unitPrice }) => ({
      itemId,
      quantity,
      name,
      unitPrice: unitPrice.minorUnits.toString(),
    })) ?? lines;
  return JSON.stringify(json);
}
