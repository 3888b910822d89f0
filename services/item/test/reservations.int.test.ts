import { sql } from "@waybill/persistence";
import { expect } from "chai";
import {
  expectBalanced,
  inOneBatch,
  openApp,
  operation,
  stockItem,
  stockOf,
  word,
} from "./support.ts";

/** What each operation answers on each fence, and the stock ("held/on hand") of 10 pieces after trying 2. */
const cells: [fence: string, setUp: string[], operation: string, answer: string, stock: string][] =
  [
    ["no row", [], "try", "TRIED", "2/10"],
    ["no row", [], "confirm", "NOT_TRIED", "0/10"],
    ["no row", [], "cancel", "BLOCKED", "0/10"],
    ["TRIED", ["try"], "try", "replayed", "2/10"],
    ["TRIED", ["try"], "try other", "CONTENT_MISMATCH", "2/10"],
    ["TRIED", ["try"], "confirm", "CONFIRMED", "0/8"],
    ["TRIED", ["try"], "cancel", "CANCELLED", "0/10"],
    ["CONFIRMED", ["try", "confirm"], "try", "replayed", "0/8"],
    ["CONFIRMED", ["try", "confirm"], "try other", "CONTENT_MISMATCH", "0/8"],
    ["CONFIRMED", ["try", "confirm"], "confirm", "replayed", "0/8"],
    ["CONFIRMED", ["try", "confirm"], "cancel", "ALREADY_CONFIRMED", "0/8"],
    ["CANCELLED", ["try", "cancel"], "try", "TRANSACTION_CANCELLED", "0/10"],
    ["CANCELLED", ["try", "cancel"], "confirm", "TRANSACTION_CANCELLED", "0/10"],
    ["CANCELLED", ["try", "cancel"], "cancel", "replayed", "0/10"],
    ["BLOCKED", ["cancel"], "try", "TRANSACTION_CANCELLED", "0/10"],
    ["BLOCKED", ["cancel"], "confirm", "TRANSACTION_CANCELLED", "0/10"],
    ["BLOCKED", ["cancel"], "cancel", "replayed", "0/10"],
  ];

/** The operation on transaction n, which reserves the item of the same number. */
function about(n: number, name: string): string {
  const [kind, other] = name.split(" ");
  return kind === "try" ? `try t${n} i${n}:${other ? 3 : 2}` : `${kind} t${n}`;
}

describe("the reservations", () => {
  it("answer every cell of the TCC table, one operation at a time", async () => {
    await using opened = await openApp();
    const { app, db } = opened;
    for (const [n, [fence, setUp, last, answer, stock]] of cells.entries()) {
      await stockItem(app, `i${n}`, 10);
      for (const step of setUp) await app.reservations.submit(operation(about(n, step)));
      const outcome = await app.reservations.submit(operation(about(n, last)));
      expect(word(outcome), `${last} on ${fence}`).to.equal(answer);
      expect(await stockOf(app, `i${n}`), `stock after ${last} on ${fence}`).to.equal(stock);
    }
    await expectBalanced(db);
  });

  it("are stored with their stock or not at all", async () => {
    await using opened = await openApp();
    const { app, db } = opened;
    for (const itemId of ["a", "b"]) await stockItem(app, itemId, 10);
    await app.reservations.submit(operation("try old a:2"));
    await db.run(
      sql("no_more", "alter table reservations add check (transaction_id <> 'new') not valid"),
    );
    const answers = await inOneBatch(app, "confirm old", "try new b:1");
    expect(answers.join()).to.include("violates check constraint");
    expect([await stockOf(app, "a"), await stockOf(app, "b")]).to.deep.equal(["0/8", "0/10"]);
    await expectBalanced(db);
  });

  it("answer every cell in batches of all transactions", async () => {
    await using opened = await openApp();
    const { app, db } = opened;
    for (const n of cells.keys()) await stockItem(app, `i${n}`, 10);
    for (const step of [0, 1]) {
      const batch = cells.flatMap(([, setUp], n) => {
        const name = setUp[step];
        return name === undefined ? [] : [about(n, name)];
      });
      await inOneBatch(app, ...batch);
    }
    const answers = await inOneBatch(app, ...cells.map(([, , last], n) => about(n, last)));
    expect(answers).to.deep.equal(cells.map(([, , , answer]) => answer));
    for (const [n, [, , , , stock]] of cells.entries()) {
      expect(await stockOf(app, `i${n}`)).to.equal(stock);
    }
    await expectBalanced(db);
  });

  it("answer every cell when all steps of all transactions come in one batch", async () => {
    await using opened = await openApp();
    const { app, db } = opened;
    for (const n of cells.keys()) await stockItem(app, `i${n}`, 10);
    const steps = cells.flatMap(([, setUp, last], n) =>
      [...setUp, last].map((name) => about(n, name)),
    );
    const answers = await inOneBatch(app, ...steps);
    let position = -1;
    for (const [n, [fence, setUp, last, answer, stock]] of cells.entries()) {
      position += setUp.length + 1;
      expect(answers[position], `${last} on ${fence}`).to.equal(answer);
      expect(await stockOf(app, `i${n}`)).to.equal(stock);
    }
    await expectBalanced(db);
  });

  it("hold nothing for a Try that comes after its Cancel", async () => {
    await using opened = await openApp();
    const { app } = opened;
    await stockItem(app, "a", 1);
    expect(await inOneBatch(app, "cancel t")).to.deep.equal(["BLOCKED"]);
    expect(await inOneBatch(app, "try t a:1")).to.deep.equal(["TRANSACTION_CANCELLED"]);
    expect(await stockOf(app, "a")).to.equal("0/1");
  });

  it("leave no row of a Try that was declined, so that it can be repeated", async () => {
    await using opened = await openApp();
    const { app } = opened;
    await stockItem(app, "a", 1);
    expect(await inOneBatch(app, "try t a:2", "confirm t")).to.deep.equal([
      "OUT_OF_STOCK",
      "NOT_TRIED",
    ]);
    expect(await app.findReservation("t")).to.equal(undefined);
    const adjusted = { requestId: "r", itemId: "a", delta: 1n, reason: "" };
    expect((await app.adjustStock(adjusted)).kind).to.equal("adjusted");
    expect(await inOneBatch(app, "try t a:2")).to.deep.equal(["TRIED"]);
  });

  it("keep the prices first recorded, whatever becomes of the item", async () => {
    await using opened = await openApp();
    const { app } = opened;
    await stockItem(app, "a", 9);
    await inOneBatch(app, "try t a:2");
    const unitPrice = { minorUnits: 999n, currency: "USD" };
    await app.updateItem({
      requestId: "r",
      itemId: "a",
      name: "new",
      unitPrice,
      expectedVersion: 0,
    });
    const outcome = await app.reservations.submit(operation("try t a:2"));
    if (outcome.kind !== "replayed") throw new Error(`expected a replay, not ${outcome.kind}`);
    expect(outcome.row.total).to.deep.equal({ minorUnits: 200n, currency: "EUR" });
    expect(outcome.row.lines).to.deep.equal([
      { itemId: "a", quantity: 2, name: "a", unitPrice: { minorUnits: 100n, currency: "EUR" } },
    ]);
  });
});

describe("many buyers at once", () => {
  it("300 buyers of 100 pieces: exactly 100 hold one", async () => {
    await using one = await openApp({ lanes: 2, maxBatchSize: 32 });
    await using other = await openApp({ url: one.url, maxBatchSize: 32 });
    await stockItem(one.app, "a", 100);
    const outcomes = await Promise.all(
      Array.from({ length: 300 }, (_, n) =>
        (n % 2 ? one : other).app.reservations.submit(operation(`try t${n} a:1`)),
      ),
    );
    const words = outcomes.map(word);
    expect(words.filter((it) => it === "TRIED")).to.have.length(100);
    expect(words.filter((it) => it === "OUT_OF_STOCK")).to.have.length(200);
    expect(await stockOf(one.app, "a")).to.equal("100/100");
    await expectBalanced(one.db);
  });

  it("the last piece, asked for ten times by the same transaction on two instances: held once, never OUT_OF_STOCK", async () => {
    await using one = await openApp({ lanes: 2, maxBatchSize: 1 });
    await using other = await openApp({ url: one.url, lanes: 2, maxBatchSize: 1 });
    await stockItem(one.app, "a", 1);
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        (n % 2 ? one : other).app.reservations.submit(operation("try t a:1")),
      ),
    );
    expect(outcomes.map(word).sort()).to.deep.equal(["TRIED", ...Array(9).fill("replayed")]);
    expect(await stockOf(one.app, "a")).to.equal("1/1");
  });
});

describe("the stock", () => {
  it("is guarded by the database too", async () => {
    await using opened = await openApp();
    const { app, db } = opened;
    await stockItem(app, "a", 1);
    const oversell = db.run(sql("test_oversell", "update items set held = 2"));
    const failure = await oversell.then(() => undefined, String);
    expect(failure).to.include("items_stock");
  });

  it("is found out when the books do not balance", async () => {
    await using opened = await openApp();
    const { app, db } = opened;
    await stockItem(app, "a", 5);
    await inOneBatch(app, "try t a:1");
    await expectBalanced(db);
    for (const wrong of ["held = 2", "held = 1, on_hand = 6"]) {
      await db.run(sql("test_break", `update items set ${wrong}`));
      const failure = await expectBalanced(db).then(() => undefined, String);
      expect(failure).to.include("AssertionError");
    }
  });
});
