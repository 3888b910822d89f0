/** An amount in minor units of its currency. */
export interface Money {
  readonly minorUnits: bigint;
  /** ISO 4217. */
  readonly currency: string;
}

/** An item as a reservation sees it. At any time 0 <= held <= onHand. */
export interface StockedItem {
  readonly itemId: string;
  readonly name: string;
  readonly unitPrice: Money;
  /** Pieces there are, held ones included. */
  readonly onHand: bigint;
  /** Pieces held by reservations; the others are available. */
  readonly held: bigint;
}

/** An item of the catalogue. */
export interface Item extends StockedItem {
  /** Counts the changes of name and price, from 1. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The most pieces of one item on hand. */
export const maxOnHand = 1_000_000_000n;

/** The largest amount of money, which is the largest integer that every JSON reader keeps exactly. */
export const maxMinorUnits = 9_007_199_254_740_991n;
