import type { StockedItem } from "./item.ts";

interface Pieces {
  readonly itemId: string;
  readonly quantity: number;
}

/** The items that a batch has locked, and their stock as it changes while the batch is folded. */
export class StockLedger {
  readonly #items = new Map<string, StockedItem>();
  readonly #changed = new Set<string>();

  constructor(items: Iterable<StockedItem>) {
    for (const item of items) this.#items.set(item.itemId, item);
  }

  /** The item as it is now; undefined when the catalogue does not have it. */
  find(itemId: string): StockedItem | undefined {
    return this.#items.get(itemId);
  }

  /** Holds pieces; the caller has made sure that they are available. */
  hold(lines: readonly Pieces[]): void {
    this.#change(lines, (item, pieces) => ({ ...item, held: item.held + pieces }));
  }

  /** Gives held pieces back. */
  release(lines: readonly Pieces[]): void {
    this.#change(lines, (item, pieces) => ({ ...item, held: item.held - pieces }));
  }

  /** Takes held pieces out of the stock. */
  deduct(lines: readonly Pieces[]): void {
    this.#change(lines, (item, pieces) => ({
      ...item,
      onHand: item.onHand - pieces,
      held: item.held - pieces,
    }));
  }

  /** The items whose stock has changed, by item id. */
  changed(): readonly StockedItem[] {
    return [...this.#changed].sort().map((itemId) => this.#get(itemId));
  }

  #change(
    lines: readonly Pieces[],
    change: (item: StockedItem, pieces: bigint) => StockedItem,
  ): void {
    for (const { itemId, quantity } of lines) {
      const next = change(this.#get(itemId), BigInt(quantity));
      if (next.held < 0n || next.held > next.onHand) {
        throw new Error(
          `stock of ${itemId} would break: held ${next.held}, on hand ${next.onHand}`,
        );
      }
      this.#items.set(itemId, next);
      this.#changed.add(itemId);
    }
  }

  #get(itemId: string): StockedItem {
    const item = this.#items.get(itemId);
    if (item === undefined) throw new Error(`item ${itemId} is reserved but not in the batch`);
    return item;
  }
}
