import { expect } from "chai";
import { closedLoop, openLoop } from "../src/load/arrivals.ts";
import { type BasketKind, baskets } from "../src/load/baskets.ts";
import { CallError } from "../src/load/callError.ts";
import { drive, type OrderPlacer } from "../src/load/drive.ts";
import { mixOf } from "../src/load/mix.ts";
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
  return ordersOf(baskets("uniform", { items: 10, lines: 2, random }), random);
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
    await closedLoop({ requests: 100 }, 8)(send, never);
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
    const failure = await closedLoop({ requests: 100 }, 1)(send, stopping.signal).catch(
      (error) => error,
    );
    expect(failure).to.have.property("message", "Stopped");
    expect(sent).to.equal(5);
  });
});

describe("the open loop", () => {
  it("sends as many requests as asked for, at the rate, whether they are answered or not", async () => {
    const intended: number[] = [];
    let answer: () => void = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const send = async (_: number, intendedAt: number) => {
      intended.push(intendedAt);
      if (intended.length === 200) answer();
      await answered;
    };
    await openLoop({ requests: 200 }, 1_000, seededRandom(3))(send, never);
    const tookMs = (intended.at(-1) ?? 0) - (intended[0] ?? 0);
    expect(intended).to.have.lengthOf(200);
    expect(tookMs).to.be.within(150, 250);
  });

  it("ends with its duration", async () => {
    let sent = 0;
    const send = async () => {
      sent += 1;
    };
    await openLoop({ durationMs: 100 }, 1_000, seededRandom(3))(send, never);
    expect(sent).to.be.within(60, 140);
  });
});

describe("mixed requests", () => {
  it("place as many orders as asked for, evenly among reads", () => {
    for (const share of [0, 0.1, 0.5, 0.9, 0.99]) {
      const mix = mixOf(share);
      const requests = Array.from({ length: mix.requestsFor(100) }, (_, index) => index);
      const placing = requests.filter(mix.places);
      expect(placing, String(share)).to.have.length(100);
      for (const [index, request] of placing.entries())
        expect(request, String(share)).to.be.closeTo(index / (1 - share), 1 / (1 - share));
      expect(requests.length).to.be.closeTo(100 / (1 - share), 1);
    }
  });
});

describe("driving orders", () => {
  it("tells which orders were accepted and how long each took", async () => {
    const caller = countingCaller((call) => `order-${call}`);
    const driven = await drive(caller, someOrders(), closedLoop({ requests: 20 }, 4), never);
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
    const { acceptedIds, failures } = await drive(
      caller,
      someOrders(),
      closedLoop({ requests: 10 }, 1),
      never,
    );
    expect(acceptedIds).to.have.lengthOf(5);
    expect(failures).to.deep.equal([{ code: "UNAVAILABLE", count: 5, example: "away" }]);
  });
});

describe("driving orders faster than they are answered", () => {
  it("does not send more than the bound, and counts the rest as failed", async () => {
    const caller = countingCaller((call) => `order-${call}`);
    const arrivals = closedLoop({ requests: 20 }, 10);
    const driven = await drive(caller, someOrders(), arrivals, never, { maxInFlight: 4 });
    expect(caller.most).to.equal(4);
    expect(driven.failures).to.have.lengthOf(1);
    expect(driven.failures[0]).to.include({ code: "not sent" });
    expect(driven.acceptedIds.length + (driven.failures[0]?.count ?? 0)).to.equal(20);
  });
});

describe("baskets", () => {
  const fill = (kind: BasketKind, seed = 1) => {
    const next = baskets(kind, { items: 50, lines: 3, random: seededRandom(seed) });
    return Array.from({ length: 200 }, next);
  };

  it("hold as many items as asked for, each once, in small quantities", () => {
    for (const basket of [...fill("uniform"), ...fill("zipf"), ...fill("hot")]) {
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

  it("ask for the first items most often, by Zipf's law", () => {
    const next = baskets("zipf", { items: 50, lines: 1, random: seededRandom(1) });
    const counts = new Array(50).fill(0);
    for (let order = 0; order < 20_000; order++) counts[next()[0]?.item ?? 0] += 1;
    expect(counts[0] / counts[9]).to.be.within(8, 12);
    expect(Math.min(...counts)).to.be.greaterThan(0);
  });

  it("are the same in every run", () => {
    expect(fill("uniform", 7)).to.deep.equal(fill("uniform", 7));
    expect(fill("uniform", 7)).not.to.deep.equal(fill("uniform", 8));
  });
});
