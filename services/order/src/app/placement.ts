import type { Refusal } from "@waybill/rpc";
import type { Content, Order } from "../domain/order.ts";
import type { OrderView } from "./orderView.ts";
import { contentMismatch } from "./refusals.ts";

/** An order to be placed, validated, with the ids under which it may be stored. */
export interface Placement {
  /** The id to try at this attempt, from 0; undefined when there is none left. There is a first one. */
  readonly candidate: (attempt: number) => string | undefined;
  /** Whether an order may be stored under the first candidate already: false for an id that was made just now. */
  readonly isRepeatable: boolean;
  readonly content: Content;
  readonly contentHash: string;
  /** Where an item first stands among the lines that the client sent. */
  readonly lineIndexes: ReadonlyMap<string, number>;
  readonly expiresAt: Date | undefined;
  /** Why it cannot be placed any more; if it is placed already, the repetition is answered all the same. */
  readonly refusalIfNew: Refusal | undefined;
  /** Whether its caller still waits for the answer. */
  readonly isAwaited: () => boolean;
  readonly traceparent: string;
}

export type PlacementResult =
  | { readonly kind: "placed"; readonly view: OrderView; readonly replayed: boolean }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/** A placement on its way: what is left to try, and what came of it. */
export class Attempt {
  readonly placement: Placement;
  /** The id that is tried first. */
  readonly firstId: string;
  readonly #equals: Placement[];
  #orderId: string | undefined;
  #used = 0;
  #passed: string[] = [];
  #stored: { readonly order: Order; readonly replayed: boolean } | undefined;
  refusal: Refusal | undefined;

  constructor(placement: Placement) {
    this.placement = placement;
    this.#equals = [placement];
    this.#orderId = placement.candidate(0);
    this.firstId = this.#orderId ?? "";
  }

  /** The id that is tried now; undefined when all were abandoned. */
  get orderId(): string | undefined {
    return this.#orderId;
  }

  /** An equal request gets the same result. */
  join(placement: Placement): void {
    this.#equals.push(placement);
  }

  /** Whether anybody still waits for the result. */
  get isAwaited(): boolean {
    return this.#equals.some(({ isAwaited }) => isAwaited());
  }

  get isOpen(): boolean {
    return this.#stored === undefined && this.refusal === undefined;
  }

  /** Set once the order is stored, by this attempt or before. */
  get stored() {
    return this.#stored;
  }

  /** An order is stored under this id; it is this one if its content is. */
  adopt(order: Order, replayed: boolean): void {
    if (order.contentHash === this.placement.contentHash) this.#stored = { order, replayed };
    else this.refusal = contentMismatch(order.orderId);
  }

  /** The id that was tried is abandoned for good. */
  takeNextId(): void {
    if (this.#orderId !== undefined) this.#passed.push(this.#orderId);
    this.#used += 1;
    this.#orderId = this.placement.candidate(this.#used);
  }

  /** The ids that were passed by since the last call. */
  takePassed(): readonly string[] {
    const passed = this.#passed;
    this.#passed = [];
    return passed;
  }
}
