import { expect } from "chai";
import { readEntry } from "../src/logs/entry.ts";
import { isWanted, type Wish } from "../src/logs/wanted.ts";

const time = "2026-11-26T19:05:49.186Z";
const at = Date.parse(time);
const everything: Wish = { level: "trace", since: Number.NEGATIVE_INFINITY, order: undefined };

const shows = (wish: Partial<Wish>, fields: object): boolean => {
  const line = JSON.stringify({ level: "info", time, service: "order", msg: "told", ...fields });
  return isWanted(readEntry("order", line, 0), { ...everything, ...wish });
};

describe("npm run logs shows", () => {
  it("what is of the level or a more urgent one", () => {
    expect(shows({ level: "warn" }, { level: "info" })).to.equal(false);
    expect(shows({ level: "warn" }, { level: "warn" })).to.equal(true);
    expect(shows({ level: "warn" }, { level: "fatal" })).to.equal(true);
  });

  it("what was logged since a time, that time included", () => {
    expect(shows({ since: at + 1 }, {})).to.equal(false);
    expect(shows({ since: at }, {})).to.equal(true);
  });

  describe("of an order", () => {
    const order = { id: "o-1", traceIds: ["0af7651916cd43dd8448eb211c80319c"] };
    const about: Readonly<Record<string, object>> = {
      "names it": { orderId: "o-1" },
      "names it among others": { examples: [{ orderId: "o-0" }, { orderId: "o-1" }] },
      "names it in a text": { error: { message: 'Order "o-1" is stuck' } },
      "names it in the message": { msg: "o-1: cannot be moved" },
      "is of its trace": { trace_id: order.traceIds[0] },
    };
    for (const [what, fields] of Object.entries(about))
      it(`what ${what}`, () => {
        expect(shows({ order }, fields)).to.equal(true);
      });

    const others: Readonly<Record<string, object>> = {
      "another order": { orderId: "o-10" },
      "one whose id ends alike": { orderId: "foo-1" },
      "another trace": { trace_id: "1af7651916cd43dd8448eb211c80319c" },
      "no trace": {},
    };
    for (const [what, fields] of Object.entries(others))
      it(`nothing of ${what}`, () => {
        expect(shows({ order }, fields)).to.equal(false);
      });

    it("nothing that is there for another reason: a service of that name, a number", () => {
      expect(shows({ order: { id: "order", traceIds: [] } }, {})).to.equal(false);
      expect(shows({ order: { id: "1", traceIds: [] } }, { attempts: 1 })).to.equal(false);
    });
  });

  it("what is no entry whatever the level, and of an order if it names it", () => {
    const crash = readEntry("order", "Error: o-1 broke it", at);
    const wish: Wish = { ...everything, level: "fatal" };
    expect(isWanted(crash, wish)).to.equal(true);
    expect(isWanted(crash, { ...wish, since: at + 1 })).to.equal(false);
    expect(isWanted(crash, { ...wish, order: { id: "o-1", traceIds: [] } })).to.equal(true);
    expect(isWanted(crash, { ...wish, order: { id: "o-2", traceIds: [] } })).to.equal(false);
  });
});
