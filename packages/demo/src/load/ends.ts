import type { OrderState } from "@waybill/contracts/status";
import { isTerminal } from "../watchOrder.ts";

/** Where orders have ended. */
export interface End {
  readonly state: OrderState;
  readonly reason: string;
}

/** Which of the accepted orders have come to their end. News may come before the acceptance, twice, and of strangers' orders. */
export class Ends {
  readonly #open = new Set<string>();
  readonly #ended = new Map<string, End>();
  /** Ended without having been accepted (yet). */
  readonly #early = new Map<string, End>();
  /** When something happened last, by performance.now(). */
  lastNewsAt = performance.now();

  /** The order was accepted; again is as good as once. */
  accept(orderId: string): void {
    if (this.#open.has(orderId) || this.#ended.has(orderId)) return;
    this.lastNewsAt = performance.now();
    const end = this.#early.get(orderId);
    if (end === undefined) this.#open.add(orderId);
    else this.#ended.set(orderId, end);
    this.#early.delete(orderId);
  }

  /** The order is in this state. */
  moved(orderId: string, state: OrderState, reason: string): void {
    const isOurs = this.#open.has(orderId);
    if (isOurs) this.lastNewsAt = performance.now();
    if (!isTerminal(state)) return;
    if (isOurs) {
      this.#open.delete(orderId);
      this.#ended.set(orderId, { state, reason });
    } else if (!this.#ended.has(orderId)) this.#early.set(orderId, { state, reason });
  }

  /** Accepted and under way. */
  get open(): readonly string[] {
    return [...this.#open];
  }

  get openCount(): number {
    return this.#open.size;
  }

  get endedCount(): number {
    return this.#ended.size;
  }

  get ends(): Iterable<End> {
    return this.#ended.values();
  }

  get accepted(): Iterable<string> {
    return [...this.#open, ...this.#ended.keys()];
  }
}
