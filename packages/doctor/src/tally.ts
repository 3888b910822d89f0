import type { Facts } from "./examine/facts.ts";
import type { Examination, PromiseNumber } from "./examine/finding.ts";
import type { ItemFacts } from "./examine/items.ts";
import { accountOf } from "./examine/money.ts";
import { patience } from "./examine/patience.ts";

/** Counts things by their name. */
export class Counts {
  readonly #counts: Map<string, number>;

  /** The names given come first, in their order, even when there is none of them. */
  constructor(...names: readonly string[]) {
    this.#counts = new Map(names.map((name) => [name, 0]));
  }

  add(name: string, by = 1): void {
    this.#counts.set(name, this.get(name) + by);
  }

  get(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  get inOrder(): readonly (readonly [name: string, count: number])[] {
    return [...this.#counts];
  }

  get mostFrequentFirst(): readonly (readonly [name: string, count: number])[] {
    return this.inOrder.toSorted((a, b) => b[1] - a[1]);
  }
}

/** The figures of one look at all orders. */
export class Tally {
  readonly #figures: Record<PromiseNumber, Counts> = {
    1: new Counts("items", "pieces on hand", "pieces held", "pieces sold"),
    2: new Counts("payments", "captured", "voided", "declined", "open authorisations"),
    3: new Counts("DELIVERED", "CANCELLED", "under way"),
    4: new Counts("transitions", "decisions"),
    5: new Counts("shipments", "deliveries"),
    6: new Counts("stored", "known to status", "abandoned"),
  };
  readonly underWay = new Counts();
  readonly stuck = new Counts();
  /** Journal rows that should be in the stream by now. */
  unpublished = 0;
  /** Ids that something is known of. */
  ids = 0;

  /** Adds one order. */
  add(facts: Facts, { underWay, stuck }: Examination, now: number): void {
    this.ids += 1;
    if (underWay !== undefined) this.underWay.add(underWay);
    if (stuck !== undefined) this.stuck.add(stuck);
    this.#addMoney(facts);
    this.#addOrder(facts, underWay);
    this.#addJournal(facts, now);
    const { reservation, shipment, delivery, notifications } = facts;
    if (reservation) this.#figures[1].add(`reservations ${reservation.state}`);
    if (shipment) this.#figures[5].add("shipments");
    if (delivery) this.#figures[5].add("deliveries");
    this.#figures[5].add("notifications", notifications.length);
  }

  /** Adds the stock of the items. */
  addItems(items: readonly ItemFacts[]): void {
    const sum = (of: (item: ItemFacts) => bigint) =>
      Number(items.reduce((total, item) => total + of(item), 0n));
    this.#figures[1].add("items", items.length);
    this.#figures[1].add(
      "pieces on hand",
      sum(({ onHand }) => onHand),
    );
    this.#figures[1].add(
      "pieces held",
      sum(({ held }) => held),
    );
    this.#figures[1].add(
      "pieces sold",
      sum(({ confirmed }) => confirmed),
    );
  }

  /** Adds what somebody was told. */
  addAcknowledged(count: number): void {
    if (count > 0) this.#figures[6].add("acknowledged", count);
  }

  /** The figures that belong to a promise, by their names. */
  figures(promise: PromiseNumber): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#figures[promise].inOrder);
  }

  #addMoney({ ledger, payment }: Facts): void {
    if (payment) this.#figures[2].add("payments");
    if (ledger.length === 0) return;
    const { captures, voided, open } = accountOf(ledger);
    this.#figures[2].add("captured", captures);
    this.#figures[2].add("voided", voided);
    this.#figures[2].add("open authorisations", open);
    for (const { kind, amount, currency } of ledger) {
      if (kind === "declined") this.#figures[2].add("declined");
      if (kind === "captured")
        this.#figures[2].add(`captured ${currency} minor units`, Number(amount));
    }
  }

  #addOrder({ order, status }: Facts, underWay: string | undefined): void {
    const isEnded = underWay === undefined;
    if (status) this.#figures[3].add(isEnded ? status.state : "under way");
    else if (!isEnded) this.#figures[3].add("under way");
    if (order) this.#figures[6].add(order.fate === "STORED" ? "stored" : "abandoned");
    if (status) this.#figures[6].add("known to status");
  }

  #addJournal({ transitions }: Facts, now: number): void {
    this.#figures[4].add("transitions", transitions.length);
    for (const { to, published, occurredAt } of transitions) {
      if (to === "CONFIRMED" || to === "CANCELLED") this.#figures[4].add("decisions");
      if (!published && occurredAt + patience.graceMs < now) this.unpublished += 1;
    }
  }
}
