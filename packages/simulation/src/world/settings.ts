/** When virtual time begins, whatever the calendar says. */
export const startMs = Date.UTC(2030, 0, 1);

/** Methods whose failures the network does not make already. */
export const paymentMethods = ["pm_ok", "pm_declined", "pm_pending", "pm_slow", "pm_timeout"];

/**
 * The periods of the services, each in proportion to the others, but shorter than in production: a schedule is to see many of them. Unit: ms.
 */
export const periods = {
  /** How often loops in the background look. */
  lookMs: 2_500,
  patienceMs: 5_000,
  holdExpiryMs: 2_500,
  decideByMs: 20_000,
  stuckAfterMs: 8_000,
  leaseMs: 6_000,
  transitMs: 300,
  retry: { firstMs: 300, capMs: 3_000 },
  payment: {
    holdExpiryMs: 2_500,
    settleAfterMs: 1_000,
    providerPatienceMs: 250,
    providerTimeoutMs: 2_000,
    providerConcurrency: 64,
    retentionMs: 31 * 86_400_000,
    batchSize: 256,
    batchLanes: 2,
  },
} as const;

/** The catalogue: one item that soon is out of stock, and one that lasts. */
export const catalogue = [
  { itemId: "item-few", priceMinor: 250n, onHand: 3n },
  { itemId: "item-many", priceMinor: 1_999n, onHand: 40n },
  { itemId: "item-free", priceMinor: 0n, onHand: 40n },
] as const;
