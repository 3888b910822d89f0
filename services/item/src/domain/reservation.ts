import type { Fence, Operation, Outcome } from "@waybill/tcc";
import type { Money } from "./item.ts";

/** One item of a request to reserve; items are unique within a request. */
export interface RequestedLine {
  readonly itemId: string;
  /** 1 to 10,000 pieces. */
  readonly quantity: number;
  /** Where the item stands first among the lines that were sent, from 0. */
  readonly position: number;
}

/** What a Try asks for. */
export interface ReservationRequest {
  readonly userId: string;
  /** By item id. */
  readonly lines: readonly RequestedLine[];
}

/** One item of a reservation, with name and price as they were when it was tried. */
export interface ReservationLine {
  readonly itemId: string;
  readonly quantity: number;
  readonly name: string;
  readonly unitPrice: Money;
}

/** The stock that a transaction holds, held or has taken; it is at once the transaction's fence. */
export interface Reservation extends Fence {
  /** Empty when BLOCKED, like the lines. */
  readonly userId: string;
  /** By item id. */
  readonly lines: readonly ReservationLine[];
  /** Undefined when BLOCKED, like the expiry. */
  readonly total: Money | undefined;
  /** When the order's fate is asked for. */
  readonly expiresAt: Date | undefined;
  readonly createdAt: Date;
  /** When its state last changed. */
  readonly updatedAt: Date;
}

/** Why stock cannot be held. */
export type HoldRefusal =
  | { readonly reason: "ITEM_NOT_FOUND"; readonly missing: readonly RequestedLine[] }
  | { readonly reason: "MIXED_CURRENCIES"; readonly currencies: readonly string[] }
  | { readonly reason: "TOTAL_TOO_LARGE"; readonly total: bigint }
  | { readonly reason: "OUT_OF_STOCK"; readonly shortages: readonly Shortage[] };

export interface Shortage {
  readonly itemId: string;
  readonly requested: number;
  readonly available: bigint;
}

export type ReservationOperation = Operation<ReservationRequest>;
export type ReservationOutcome = Outcome<Reservation, HoldRefusal>;
