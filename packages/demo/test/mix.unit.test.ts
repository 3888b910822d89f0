import { expect } from "chai";
import { wishOf } from "../src/load/mix.ts";
import { customers, wares } from "../src/shop.ts";

const COUNT = 5_000;
const wishes = Array.from({ length: COUNT }, (_, index) => wishOf(1, index, 3));
const share = (is: (wish: (typeof wishes)[number]) => boolean): number =>
  (100 * wishes.filter(is).length) / COUNT;

describe("the mix of many orders", () => {
  it("is the same for the same seed, whatever the order in which they are asked for", () => {
    expect(wishOf(1, 77, 3)).to.deep.equal(wishes[77]);
    expect(Array.from({ length: COUNT }, (_, index) => wishOf(2, index, 3))).to.not.deep.equal(
      wishes,
    );
  });

  it("is mostly paid well, and now and then in every other way", () => {
    expect(share(({ paymentMethod }) => paymentMethod === "pm_ok")).to.be.within(85, 91);
    expect([...new Set(wishes.map(({ paymentMethod }) => paymentMethod))]).to.have.members([
      "pm_ok",
      "pm_declined",
      "pm_pending",
      "pm_flaky",
      "pm_slow",
      "pm_timeout",
    ]);
  });

  it("is cancelled as often as wanted", () => {
    expect(share(({ isCancelled }) => isCancelled)).to.be.within(2, 4);
    const none = Array.from({ length: COUNT }, (_, index) => wishOf(1, index, 0));
    expect(none.some(({ isCancelled }) => isCancelled)).to.equal(false);
  });

  it("asks for what there is, on behalf of who there is", () => {
    const names = new Set<string>(wares.map(({ itemId }) => itemId));
    const users = new Set<string>(customers);
    for (const { lines, userId } of wishes) {
      expect(users.has(userId)).to.equal(true);
      expect(new Set(lines.map(({ itemId }) => itemId)).size).to.equal(lines.length);
      for (const { itemId, quantity } of lines) {
        expect(names.has(itemId)).to.equal(true);
        expect(quantity).to.be.within(1, 3);
      }
    }
  });
});
