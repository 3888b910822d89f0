import { fold } from "@waybill/tcc";
import { expect } from "chai";
import { tryOperation } from "../src/app/tryOperation.ts";
import { itemsTouched, reservationEffects } from "../src/domain/holding.ts";
import { maxMinorUnits, type StockedItem } from "../src/domain/item.ts";
import { mergeLines } from "../src/domain/lines.ts";
import type {
  Reservation,
  ReservationOperation,
  ReservationOutcome,
} from "../src/domain/reservation.ts";
import { StockLedger } from "../src/domain/stockLedger.ts";

const now = new Date("2026-11-20T12:00:00Z");
const expiresAt = new Date("2026-11-20T12:02:00Z");

function item(itemId: string, onHand: bigint, minorUnits = 100n, currency = "EUR"): StockedItem {
  return { itemId, name: `Item ${itemId}`, unitPrice: { minorUnits, currency }, onHand, held: 0n };
}

function tryIt(transactionId: string, wanted: Record<string, number>): ReservationOperation {
  const lines = Object.entries(wanted).map(([itemId, quantity]) => ({ itemId, quantity }));
  return tryOperation(transactionId, { userId: "u", lines: mergeLines(lines).lines });
}
const confirm = (transactionId: string): ReservationOperation => ({
  kind: "confirm",
  transactionId,
});
const cancel = (transactionId: string): ReservationOperation => ({ kind: "cancel", transactionId });

function play(stock: StockedItem[], operations: ReservationOperation[], rows: Reservation[] = []) {
  const ledger = new StockLedger(stock);
  const known = new Map(rows.map((row) => [row.transactionId, row]));
  const folded = fold(operations, known, reservationEffects(ledger, { now, expiresAt }));
  const levels = ledger.changed().map((it) => `${it.itemId} ${it.held}/${it.onHand}`);
  return { ...folded, levels };
}

function refusalOf(outcome: ReservationOutcome | undefined) {
  return outcome?.kind === "declined" ? outcome.refusal : undefined;
}

describe("holding stock", () => {
  it("records names, prices, the total and the expiry", () => {
    const played = play([item("a", 5n), item("b", 5n, 250n)], [tryIt("t", { b: 2, a: 1 })]);
    expect(played.added).to.deep.equal([
      {
        transactionId: "t",
        state: "TRIED",
        contentHash: (tryIt("t", { a: 1, b: 2 }) as { contentHash: string }).contentHash,
        userId: "u",
        lines: [
          {
            itemId: "a",
            quantity: 1,
            name: "Item a",
            unitPrice: { minorUnits: 100n, currency: "EUR" },
          },
          {
            itemId: "b",
            quantity: 2,
            name: "Item b",
            unitPrice: { minorUnits: 250n, currency: "EUR" },
          },
        ],
        total: { minorUnits: 600n, currency: "EUR" },
        expiresAt,
        createdAt: now,
        updatedAt: now,
      },
    ]);
    expect(played.levels).to.deep.equal(["a 1/5", "b 2/5"]);
  });

  it("holds all lines or none, and says of each short item what was asked for and what there is", () => {
    const played = play(
      [item("a", 5n), item("b", 1n), item("c", 0n)],
      [tryIt("t", { a: 1, b: 2, c: 1 })],
    );
    expect(refusalOf(played.outcomes[0])).to.deep.equal({
      reason: "OUT_OF_STOCK",
      shortages: [
        { itemId: "b", requested: 2, available: 1n },
        { itemId: "c", requested: 1, available: 0n },
      ],
    });
    expect(played.levels).to.deep.equal([]);
    expect(played.added).to.deep.equal([]);
  });

  it("serves 300 buyers of 100 pieces in one batch 100 times", () => {
    const buyers = Array.from({ length: 300 }, (_, n) => tryIt(`t${n}`, { a: 1 }));
    const played = play([item("a", 100n)], buyers);
    expect(played.outcomes.filter((outcome) => outcome.kind === "done")).to.have.length(100);
    expect(played.levels).to.deep.equal(["a 100/100"]);
  });

  it("refuses unknown items, naming where they stand", () => {
    const played = play([item("a", 5n)], [tryIt("t", { a: 1, x: 1, w: 1 })]);
    expect(refusalOf(played.outcomes[0])).to.deep.equal({
      reason: "ITEM_NOT_FOUND",
      missing: [
        { itemId: "w", quantity: 1, position: 2 },
        { itemId: "x", quantity: 1, position: 1 },
      ],
    });
  });

  it("refuses mixed currencies before anything is held", () => {
    const played = play([item("a", 5n), item("b", 5n, 1n, "USD")], [tryIt("t", { a: 1, b: 1 })]);
    expect(refusalOf(played.outcomes[0])).to.deep.equal({
      reason: "MIXED_CURRENCIES",
      currencies: ["EUR", "USD"],
    });
    expect(played.levels).to.deep.equal([]);
  });

  it("takes the largest total and refuses one more", () => {
    const stock = [item("a", 5n, maxMinorUnits), item("b", 5n, 1n)];
    const played = play(stock, [tryIt("fits", { a: 1 }), tryIt("overflows", { a: 1, b: 1 })]);
    expect(played.outcomes[0]?.kind).to.equal("done");
    expect(refusalOf(played.outcomes[1])?.reason).to.equal("TOTAL_TOO_LARGE");
  });
});

describe("deciding a reservation", () => {
  it("deducts by Confirm what is held, and releases it by Cancel", () => {
    const { added } = play([item("a", 5n)], [tryIt("t", { a: 2 })]);
    const stock = [{ ...item("a", 5n), held: 2n }];
    expect(play(stock, [confirm("t")], [...added]).levels).to.deep.equal(["a 0/3"]);
    expect(play(stock, [cancel("t")], [...added]).levels).to.deep.equal(["a 0/5"]);
  });

  it("gives a piece that is cancelled in a batch to the next one in it", () => {
    const played = play(
      [item("a", 1n)],
      [
        tryIt("t1", { a: 1 }),
        tryIt("t2", { a: 1 }),
        cancel("t1"),
        tryIt("t2", { a: 1 }),
        confirm("t2"),
      ],
    );
    expect(played.outcomes.map((outcome) => outcome.kind)).to.deep.equal([
      "done",
      "declined",
      "done",
      "done",
      "done",
    ]);
    expect(played.levels).to.deep.equal(["a 0/0"]);
  });

  it("throws rather than break the stock", () => {
    const { added } = play([item("a", 5n)], [tryIt("t", { a: 2 })]);
    expect(() => play([item("a", 5n)], [confirm("t")], [...added])).to.throw(
      "stock of a would break",
    );
  });
});

describe("the items that a batch locks", () => {
  const { added } = play([item("a", 5n)], [tryIt("t", { a: 2 })]);
  const tried = new Map(added.map((row) => [row.transactionId, row]));

  it("are those of new Tries and of decisions on what is tried, sorted and once", () => {
    const operations = [
      tryIt("new", { c: 1, b: 1 }),
      confirm("t"),
      cancel("t"),
      tryIt("new", { b: 1 }),
    ];
    expect(itemsTouched(operations, tried)).to.deep.equal(["a", "b", "c"]);
  });

  it("are none for repetitions and for transactions that were never tried", () => {
    const operations = [tryIt("t", { a: 2 }), confirm("unknown"), cancel("unknown")];
    expect(itemsTouched(operations, tried)).to.deep.equal([]);
  });
});
