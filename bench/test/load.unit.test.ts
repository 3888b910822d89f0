import { expect } from "chai";
import { closedLoop } from "../src/load/arrivals.ts";
import { baskets } from "../src/load/baskets.ts";
import { CallError } from "../src/load/callError.ts";
import { drive, type OrderPlacer } from "../src/load/drive.ts";
import { ordersOf } from "../src/load/orders.ts";
import { seededRandom } from "../src/load/random.ts";

const never = new AbortController().signal;

/** Answers after a turn of the event loop, and watches how many calls are under way. */
function countingCaller(answer: (call: number) => string): OrderPlacer & { most: number } {
  let open = 0;
  let calls = 0;
  const caller = {
    most: 0,
    createOrder: async () => {
      open += 1;
      caller.most = Math.max(caller.most, open);
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
      calls += 1;
      return { order: { orderId: answer(calls) } as never, replayed: false };
    },
  };
  return caller;
}

const someOrders = () => {
  const random = seededRandom(1);
  return ordersOf("test", baskets("uniform", { items: 10, lines: 2, random }), random);
};

describe("the closed loop", () => {
  it("places each order once, so many at a time", async () => {
    const seen: number[] = [];
    let open = 0;
    let most = 0;
    const send = async (index: number) => {
      seen.push(index);
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
    };
    await closedLoop(100, 8)(send, never);
    expect(seen).to.deep.equal(Array.from({ length: 100 }, (_, index) => index));
    expect(most).to.equal(8);
  });

  it("stops when it is told to", async () => {
    const stopping = new AbortController();
    let sent = 0;
    const send = async () => {
      sent += 1;
      if (sent === 5) stopping.abort(new Error("Stopped"));
    };
    const failure = await closedLoop(100, 1)(send, stopping.signal).catch((error) => error);
    expect(failure).to.have.property("message", "Stopped");
    expect(sent).to.equal(5);
  });
});

describe("driving orders", () => {
  it("tells which orders were accepted and how long each took", async () => {
    const caller = countingCaller((call) => `order-${call}`);
    const driven = await drive(caller, someOrders(), closedLoop(20, 4), never);
    expect(driven.acceptedIds).to.have.lengthOf(20);
    expect(driven.failures).to.deep.equal([]);
    expect(driven.acceptance.percentiles().max).to.be.greaterThan(0);
    expect(caller.most).to.equal(4);
  });

  it("counts what was refused by its code, and goes on", async () => {
    const caller = countingCaller((call) => {
      if (call % 2 === 0) throw new CallError("UNAVAILABLE", "away");
      return `order-${call}`;
    });
    const { acceptedIds, failures } = await drive(caller, someOrders(), closedLoop(10, 1), never);
    expect(acceptedIds).to.have.lengthOf(5);
    expect(failures).to.deep.equal([{ code: "UNAVAILABLE", count: 5, example: "away" }]);
  });
});

describe("baskets", () => {
  const fill = (kind: "uniform" | "hot", seed = 1) => {
    const next = baskets(kind, { items: 50, lines: 3, random: seededRandom(seed) });
    return Array.from({ length: 200 }, next);
  };

  it("hold as many items as asked for, each once, in small quantities", () => {
    for (const basket of [...fill("uniform"), ...fill("hot")]) {
      expect(new Set(basket.map(({ item }) => item)).size).to.equal(3);
      for (const { item, quantity } of basket) {
        expect(item).to.be.within(0, 49);
        expect(quantity).to.be.within(1, 3);
      }
    }
  });

  it("are spread over the catalogue, or share one hot item", () => {
    expect(
      new Set(fill("uniform").flatMap((lines) => lines.map(({ item }) => item))).size,
    ).to.equal(50);
    expect(fill("hot").every(([first]) => first?.item === 0)).to.equal(true);
  });

  it("are the same in every run", () => {
    expect(fill("uniform", 7)).to.deep.equal(fill("uniform", 7));
    expect(fill("uniform", 7)).not.to.deep.equal(fill("uniform", 8));
  });
});
