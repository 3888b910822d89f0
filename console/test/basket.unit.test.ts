import { expect } from "chai";
import {
  type Basket,
  type BasketLine,
  beginOrder,
  begunOrder,
  isAwaited,
  openBasket,
  orderPlaced,
  orderRefused,
  payBy,
  piecesIn,
  quantityOf,
  want,
  withLine,
} from "../src/basket.ts";
import { currentLine, totalOf } from "../src/pages/currentLines.ts";

const item = (itemId: string) => ({
  itemId,
  itemName: itemId,
  unitPrice: 250,
  currency: "EUR",
  availableQty: 9,
});
const [tea, cup] = [item("tea"), item("cup")];
const inOrder = (lines: readonly BasketLine[]) =>
  lines.map(({ item: { itemId }, quantity }) => `${quantity} ${itemId}`);

/** A browser's local storage, as far as the basket needs it. */
class FakeStorage {
  readonly kept = new Map<string, string>();
  getItem(key: string): string | null {
    return this.kept.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.kept.set(key, value);
  }
}

describe("the lines of a basket", () => {
  it("stay where they are when their quantity changes, and go when it is 0", () => {
    const both = withLine(withLine([], tea, 1), cup, 2);
    expect(inOrder(both)).to.deep.equal(["1 tea", "2 cup"]);
    expect(inOrder(withLine(both, tea, 5))).to.deep.equal(["5 tea", "2 cup"]);
    expect(inOrder(withLine(both, tea, 0))).to.deep.equal(["2 cup"]);
    expect([piecesIn(both), quantityOf(both, "cup"), quantityOf(both, "pot")]).to.deep.equal([
      3, 2, 0,
    ]);
  });
});

describe("an order from the basket", () => {
  let storage: FakeStorage;
  let users = 0;

  /** As after a reload, or at another user's login: what is kept is read again. */
  const reload = (userId: string) => {
    openBasket("somebody else");
    openBasket(userId);
  };

  beforeEach(() => {
    storage = new FakeStorage();
    Object.assign(globalThis, { localStorage: storage });
    users += 1;
    openBasket(`user-${users}`);
    want(tea, 1);
  });

  it("is sent under one key however often it is sent, also after a reload", () => {
    const { key } = beginOrder();
    expect(beginOrder().key).to.equal(key);
    reload(`user-${users}`);
    expect(beginOrder().key).to.equal(key);
  });

  it("keeps its content until its fate is known", () => {
    const begun = beginOrder();
    want(tea, 7);
    want(cup, 1);
    payBy("pm_slow");
    expect(beginOrder()).to.deep.equal(begun);
  });

  it("leaves an empty basket when it is placed, and another key for the next", () => {
    const order = beginOrder();
    orderPlaced(order);
    want(cup, 1);
    const next = beginOrder();
    expect(next.key).not.to.equal(order.key);
    expect(inOrder(next.lines)).to.deep.equal(["1 cup"]);
  });

  it("may be changed when it is refused, and is another order then", () => {
    const order = beginOrder();
    orderRefused(order);
    want(tea, 2);
    const next = beginOrder();
    expect(next.key).not.to.equal(order.key);
    expect(inOrder(next.lines)).to.deep.equal(["2 tea"]);
  });

  it("is each user's own", () => {
    openBasket("another");
    expect(beginOrder().lines).to.deep.equal([]);
    openBasket(`user-${users}`);
    expect(inOrder(beginOrder().lines)).to.deep.equal(["1 tea"]);
  });

  it("is its user's when its answer comes while somebody else is here", () => {
    const order = beginOrder();
    openBasket("a late answer's witness");
    want(cup, 3);
    orderPlaced(order);
    expect(inOrder(beginOrder().lines), "the witness's").to.deep.equal(["3 cup"]);
    openBasket(order.userId);
    expect(beginOrder().lines).to.deep.equal([]);
  });

  it("leaves what was put in since when its answer comes twice", () => {
    const order = beginOrder();
    orderPlaced(order);
    expect(isAwaited(order)).to.equal(false);
    want(cup, 1);
    orderPlaced(order);
    expect(inOrder(beginOrder().lines)).to.deep.equal(["1 cup"]);
    orderRefused(order);
    expect(isAwaited(beginOrder())).to.equal(true);
  });
});

describe("a basket in two tabs", () => {
  let storage: FakeStorage;
  const place = "waybill-basket-of-two-tabs";

  /** What the other tab has made of it; this one hears of it later, or not yet. */
  const otherTab = (basket: Basket) => storage.setItem(place, JSON.stringify(basket));
  const ordered: Basket = { lines: [{ item: tea, quantity: 1 }], paymentMethod: "pm_ok", key: "k" };

  beforeEach(() => {
    storage = new FakeStorage();
    Object.assign(globalThis, { localStorage: storage });
    openBasket("somebody else");
    openBasket("of-two-tabs");
    want(tea, 1);
  });

  it("is ordered under the key that the other tab has begun with", () => {
    otherTab(ordered);
    expect(beginOrder().key).to.equal("k");
  });

  it("is known to be under way once the other tab has begun", () => {
    expect(begunOrder()).to.equal(undefined);
    otherTab(ordered);
    expect(begunOrder()?.key).to.equal("k");
  });

  it("keeps its content while the other tab orders it", () => {
    otherTab(ordered);
    want(cup, 1);
    payBy("pm_slow");
    expect(JSON.parse(storage.getItem(place) ?? "")).to.deep.equal(ordered);
  });

  it("is no longer awaited once the other tab knows its fate", () => {
    const order = beginOrder();
    otherTab({ lines: [], paymentMethod: "pm_ok" });
    expect(isAwaited(order)).to.equal(false);
  });
});

describe("a line of a basket that is looked at later", () => {
  const line = { item: tea, quantity: 3 };
  const notesOf = (now: Partial<typeof tea>) => currentLine(line, { ...tea, ...now }).notes;

  it("is as it was put in while nothing else is known, and when nothing has changed", () => {
    expect(currentLine(line, undefined)).to.deep.equal({ ...line, notes: [], isGone: false });
    expect(currentLine(line, tea)).to.deep.equal({ ...line, notes: [], isGone: false });
  });

  it("costs what it costs now, and says what it was", () => {
    const { item, notes } = currentLine(line, { ...tea, unitPrice: 300 });
    expect(item.unitPrice).to.equal(300);
    expect(notes.join()).to.match(/3[.,]00.* each; it was .*2[.,]50/);
    expect(notesOf({ currency: "HUF" })).to.have.length(1);
  });

  it("says how few are left of what is wanted", () => {
    expect(notesOf({ availableQty: 3 })).to.deep.equal([]);
    expect(notesOf({ availableQty: 2 })).to.deep.equal(["Only 2 left."]);
    expect(notesOf({ availableQty: 0 })).to.deep.equal(["Sold out."]);
  });

  it("is gone when its item is, and no more of it can be wanted", () => {
    const { item, isGone, notes } = currentLine(line, null);
    expect([isGone, item.availableQty, notes.length]).to.deep.equal([true, 0, 1]);
  });

  it("has no total with another of another currency", () => {
    const euros = currentLine(line, tea);
    const forints = currentLine(line, { ...cup, currency: "HUF" });
    expect(totalOf([euros, euros])).to.equal(1_500);
    expect(totalOf([euros, forints])).to.equal(undefined);
  });
});
