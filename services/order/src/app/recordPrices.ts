import type { Database } from "@waybill/persistence";
import { readOrders, recordPrices as writePrices } from "../db/orderStore.ts";
import type { Order, Prices } from "../domain/order.ts";
import { fitLines } from "../domain/prices.ts";

export interface Pricing {
  readonly orderId: string;
  readonly prices: Prices;
}

export type PricingResult =
  | { readonly kind: "priced"; readonly order: Order }
  | { readonly kind: "unknown"; readonly orderId: string }
  | { readonly kind: "mismatch"; readonly orderId: string };

/** Records the prices of a batch of orders that were accepted without; those recorded first stand. */
export const recordPrices =
  (db: Database) =>
  async (pricings: readonly Pricing[]): Promise<readonly PricingResult[]> => {
    const orderIds = pricings.map(({ orderId }) => orderId);
    const before = await readOrders(db, orderIds);
    const due = new Map<string, Prices>();
    for (const { orderId, prices } of pricings) {
      const found = before.get(orderId);
      if (found?.kind !== "stored" || due.has(orderId)) continue;
      if (fitLines(found.order, prices)) due.set(orderId, prices);
    }
    if (due.size > 0) await writePrices(db, due);
    const after = due.size > 0 ? await readOrders(db, orderIds) : before;
    return pricings.map(({ orderId, prices }) => {
      const found = after.get(orderId);
      if (found?.kind !== "stored") return { kind: "unknown", orderId };
      if (!fitLines(found.order, prices)) return { kind: "mismatch", orderId };
      return { kind: "priced", order: found.order };
    });
  };
