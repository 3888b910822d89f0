import { expect } from "chai";
import { pinned } from "../src/store/pins.ts";
import { Store } from "../src/store/store.ts";
import { Transaction, View, WaitError } from "../src/store/view.ts";

const now = new Date(0);
const open = () => new Store({}, ["rows"], () => {});

describe("the simulated database", () => {
  it("shows what others have committed, and to oneself what one has written", () => {
    const store = open();
    const [mine, other] = [new Transaction(), new Transaction()];
    const view = new View(store.data, mine, now);
    view.insert("rows", "a", { n: 1 });
    view.keep();
    expect(new View(store.data, mine, now).get("rows", "a")).to.deep.equal({ n: 1 });
    expect(new View(store.data, other, now).get("rows", "a")).to.equal(undefined);
    store.commit(mine);
    expect(new View(store.data, other, now).get("rows", "a")).to.deep.equal({ n: 1 });
  });

  it("makes an insert wait for a rival that inserts the same, and then do nothing", () => {
    const store = open();
    const [first, second] = [new Transaction(), new Transaction()];
    const view = new View(store.data, first, now);
    view.insert("rows", "a", { n: 1 });
    view.keep();
    const insert = () => new View(store.data, second, now).insert("rows", "a", { n: 2 });
    expect(insert).to.throw(WaitError);
    store.commit(first);
    expect(insert()).to.deep.equal([]);
  });

  it("forgets what was not committed, and gives back what was locked", () => {
    const store = open();
    store.seed("rows", "a", { n: 1 });
    const [crashed, other] = [new Transaction(), new Transaction()];
    const view = new View(store.data, crashed, now);
    view.update("rows", "a", { n: 2 });
    view.keep();
    store.rollBack(crashed);
    expect(new View(store.data, other, now).locked("rows", ["a"])).to.deep.equal([{ n: 1 }]);
  });

  it("refuses a statement whose SQL is not the one that was modelled", () => {
    expect(() => pinned("item_lock_00000000")).to.throw(/item_lock .*pins\.json/);
    expect(() => pinned("nobody_00000000")).to.throw(/nobody .*none/);
  });
});
