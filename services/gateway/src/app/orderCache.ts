import { metrics } from "@opentelemetry/api";
import { LRUCache } from "lru-cache";

/** How long an order may be answered from memory, from the moment when it began to be read. Unit: ms. */
const maxAgeMs = 1_000;

/** Orders kept at most. */
const maxOrders = 10_000;

/** Callers per order at most; an order has few readers, and beyond that a read is a read. */
const maxCallers = 16;

const meter = metrics.getMeter("waybill.gateway");
const reads = meter.createCounter("waybill.gateway.order_cache.reads", {
  description: "Reads of single orders by outcome: hit or miss.",
  unit: "{read}",
});
const ratio = meter.createObservableGauge("waybill.gateway.order_cache.hit_ratio", {
  description: "The share of reads that were hits, since the process started.",
  unit: "1",
});

/**
 * Orders that were read within the last second, per caller: what one caller was allowed to see is
 * never answered to another. A write through this process evicts the order for everybody, also from
 * under reads that were under way meanwhile.
 */
export class OrderCache<Order> {
  readonly #orders: LRUCache<string, Map<string, Order>>;
  #hits = 0;
  #misses = 0;

  constructor(ageMs = maxAgeMs) {
    this.#orders = new LRUCache({ max: maxOrders, ttl: Math.min(ageMs, maxAgeMs) });
    ratio.addCallback((result) => result.observe(this.hitRatio));
  }

  /** The order as this caller last read it, or as `read` answers it now. */
  async read(orderId: string, caller: string, read: () => Promise<Order>): Promise<Order> {
    let seen = this.#orders.get(orderId);
    const known = seen?.get(caller);
    reads.add(1, { outcome: known === undefined ? "miss" : "hit" });
    if (known !== undefined) {
      this.#hits += 1;
      return known;
    }
    this.#misses += 1;
    if (seen === undefined) {
      seen = new Map();
      this.#orders.set(orderId, seen);
    }
    const order = await read();
    // Evicted meanwhile: what was read may be older than the write.
    if (this.#orders.peek(orderId) === seen && seen.size < maxCallers) seen.set(caller, order);
    return order;
  }

  /** Runs a write; whatever becomes of it, the order is read anew afterwards. */
  async write<T>(orderId: string, write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } finally {
      this.#orders.delete(orderId);
    }
  }

  /** Hits per read, 0 before the first. */
  get hitRatio(): number {
    const all = this.#hits + this.#misses;
    return all === 0 ? 0 : this.#hits / all;
  }
}
