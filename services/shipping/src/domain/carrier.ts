import { hash } from "node:crypto";

/** What a carrier books for an order. */
export interface Booking {
  readonly orderId: string;
  readonly carrier: string;
  readonly trackingNumber: string;
}

/** A carrier. Booking the same order again answers the same booking; while it is away it throws an UnavailableError. */
export interface Carrier {
  book(orderIds: readonly string[], signal: AbortSignal): Promise<readonly Booking[]>;
}

/** A carrier that exists nowhere: it books at once, and an order's tracking number is made of its id. */
export const simulatedCarrier: Carrier = {
  book: async (orderIds) =>
    orderIds.map((orderId) => ({
      orderId,
      carrier: "simulated-express",
      trackingNumber: trackingNumberOf(orderId),
    })),
};

function trackingNumberOf(orderId: string): string {
  const digest = hash("sha256", orderId, "buffer");
  return `WB${digest.readBigUInt64BE(0).toString().padStart(20, "0").slice(-14)}`;
}
