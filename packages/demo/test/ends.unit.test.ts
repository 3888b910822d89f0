import { OrderState } from "@waybill/contracts/status";
import { expect } from "chai";
import { Ends } from "../src/load/ends.ts";

const { CONFIRMED, DELIVERED, CANCELLED } = OrderState;

describe("the ends of orders", () => {
  it("counts an order from its acceptance to its end", () => {
    const ends = new Ends();
    ends.accept("a");
    ends.accept("b");
    ends.moved("a", CONFIRMED, "");
    expect(ends.open).to.deep.equal(["a", "b"]);
    ends.moved("a", DELIVERED, "");
    ends.moved("b", CANCELLED, "PAYMENT_DECLINED");
    expect(ends.openCount).to.equal(0);
    expect([...ends.ends]).to.deep.equal([
      { state: DELIVERED, reason: "" },
      { state: CANCELLED, reason: "PAYMENT_DECLINED" },
    ]);
  });

  it("knows an end that comes before the acceptance", () => {
    const ends = new Ends();
    ends.moved("a", DELIVERED, "");
    expect(ends.endedCount).to.equal(0);
    ends.accept("a");
    expect(ends).to.include({ openCount: 0, endedCount: 1 });
  });

  it("counts nothing twice, and no strangers", () => {
    const ends = new Ends();
    ends.accept("a");
    ends.moved("a", DELIVERED, "");
    ends.moved("a", DELIVERED, "");
    ends.accept("a");
    ends.moved("stranger", DELIVERED, "");
    expect(ends).to.include({ openCount: 0, endedCount: 1 });
    expect([...ends.accepted]).to.deep.equal(["a"]);
  });

  it("is news only when an order of ours moves", async () => {
    const ends = new Ends();
    ends.accept("a");
    const before = ends.lastNewsAt;
    ends.moved("stranger", CONFIRMED, "");
    expect(ends.lastNewsAt).to.equal(before);
    ends.moved("a", CONFIRMED, "");
    expect(ends.lastNewsAt).to.be.at.least(before);
  });
});
