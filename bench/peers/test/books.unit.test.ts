import { expect } from "chai";
import { audit, type Books } from "../src/facts/books.ts";
import type { PlacedOrder } from "../src/facts/order.ts";
import { ordersFor, sumOf } from "../src/load.ts";

const ordered = { orders: 2, pieces: 5, total: 700 };

const right: Books = {
  orders: 2,
  ordersTotal: 700,
  delivered: 2,
  wholeJournals: 2,
  transitions: 10,
  notifications: 10,
  confirmedReservations: 2,
  reservations: 2,
  piecesSold: 5,
  piecesHeld: 0,
  wrongItems: 0,
  payments: 2,
  capturedPayments: 2,
  authorisations: 2,
  captures: 2,
  capturedTotal: 700,
  shipments: 2,
  deliveries: 2,
};

describe("the audit of a contender", () => {
  it("is content when every order was carried out exactly once", () => {
    expect(audit(right, ordered)).to.deep.equal([]);
  });

  it("finds money that was captured twice, and stock that is still held", () => {
    const books = { ...right, captures: 3, capturedTotal: 1_050, piecesHeld: 1, wrongItems: 1 };
    expect(audit(books, ordered)).to.deep.equal([
      "piecesHeld: 1, expected 0",
      "wrongItems: 1, expected 0",
      "captures: 3, expected 2",
      "capturedTotal: 1050, expected 700",
    ]);
  });

  it("finds an order that was left behind", () => {
    const books = { ...right, delivered: 1, wholeJournals: 1, transitions: 9, deliveries: 1 };
    expect(audit(books, ordered)).to.have.length(4);
  });
});

describe("the orders of a turn", () => {
  it("are the same for every contender, but for their ids, of which no two are the same", () => {
    const orders = ordersFor(100);
    const others = ordersFor(100);
    const wanted = (order: PlacedOrder) => ({ ...order, orderId: "" });
    expect(others.map(wanted)).to.deep.equal(orders.map(wanted));
    expect(new Set([...orders, ...others].map(({ orderId }) => orderId)).size).to.equal(200);
  });

  it("come to the sum of their pieces at the catalogue's prices", () => {
    const lines = [
      { itemId: "bench-item-0", quantity: 2 },
      { itemId: "bench-item-7", quantity: 3 },
    ];
    const order = { orderId: "1", userId: "ada", lines };
    expect(sumOf([order])).to.deep.equal({ orders: 1, pieces: 5, total: 2 * 100 + 3 * 107 });
  });
});
