import { setImmediate as nextTurn } from "node:timers/promises";
import { expect } from "chai";
import { createBatchingPoint, DrainingError, OverloadedError } from "../src/index.ts";

/** A handler that answers each number with its double, and holds every batch until it is released. */
function heldDoubler() {
  const batches: (readonly number[])[] = [];
  const gates: (() => void)[] = [];
  return {
    batches,
    handle: async (numbers: readonly number[]) => {
      batches.push(numbers);
      await new Promise<void>((resolve) => gates.push(resolve));
      return numbers.map((number) => number * 2);
    },
    releaseNext: () => gates.shift()?.(),
    /** Lets every batch through, those to come too. */
    releaseAll: () => {
      for (const gate of gates.splice(0)) gate();
      gates.push = (...resolves) => {
        for (const resolve of resolves) resolve();
        return 0;
      };
    },
  };
}

const numbersTo = (end: number) => Array.from({ length: end }, (_, index) => index);

describe("natural batching", () => {
  it("makes one batch of what arrives in the same turn of the event loop", async () => {
    const doubler = heldDoubler();
    doubler.releaseAll();
    await using point = createBatchingPoint({ name: "test", handle: doubler.handle });
    const results = await Promise.all([1, 2, 3].map((number) => point.submit(number)));
    expect(results).to.deep.equal([2, 4, 6]);
    expect(doubler.batches).to.deep.equal([[1, 2, 3]]);
  });

  it("makes the next batch of all that came while one was worked on, up to the maximum", async () => {
    const doubler = heldDoubler();
    await using point = createBatchingPoint({
      name: "test",
      handle: doubler.handle,
      maxBatchSize: 4,
    });
    const first = point.submit(0);
    await nextTurn();
    const rest = Promise.all(
      numbersTo(6).map(async (number) => {
        await nextTurn();
        return point.submit(number);
      }),
    );
    await nextTurn();
    await nextTurn();
    expect(doubler.batches).to.deep.equal([[0]]);
    doubler.releaseAll();
    expect(await first).to.equal(0);
    expect(await rest).to.deep.equal([0, 2, 4, 6, 8, 10]);
    expect(doubler.batches).to.deep.equal([[0], [0, 1, 2, 3], [4, 5]]);
  });

  it("has no more batches in flight than it has lanes", async () => {
    const doubler = heldDoubler();
    await using point = createBatchingPoint({
      name: "test",
      handle: doubler.handle,
      lanes: 2,
      maxBatchSize: 1,
    });
    const all = Promise.all(numbersTo(5).map((number) => point.submit(number)));
    await nextTurn();
    expect(doubler.batches).to.deep.equal([[0], [1]]);
    doubler.releaseNext();
    await nextTurn();
    expect(doubler.batches).to.deep.equal([[0], [1], [2]]);
    doubler.releaseAll();
    expect(await all).to.deep.equal([0, 2, 4, 6, 8]);
  });

  it("gives submitAll one result per element, in order, over several batches", async () => {
    const doubler = heldDoubler();
    doubler.releaseAll();
    await using point = createBatchingPoint({
      name: "test",
      handle: doubler.handle,
      maxBatchSize: 2,
      lanes: 2,
    });
    const results = await point.submitAll([5, 4, 3, 2, 1]);
    expect(results).to.deep.equal(
      [10, 8, 6, 4, 2].map((value) => ({ status: "fulfilled", value })),
    );
    expect(await point.submitAll([])).to.deep.equal([]);
  });

  it("refuses limits that would let nothing through", () => {
    const handle = async (numbers: readonly number[]) => numbers;
    expect(() => createBatchingPoint({ name: "test", handle, maxBatchSize: 0 })).to.throw(
      RangeError,
    );
    expect(() => createBatchingPoint({ name: "test", handle, lanes: Number.NaN })).to.throw(
      RangeError,
    );
  });
});

describe("an unexpected failure of a batch", () => {
  it("is narrowed down by halves until only the poison elements fail", async () => {
    const sizes: number[] = [];
    const poison = new Set([7, 200]);
    await using point = createBatchingPoint({
      name: "test",
      handle: async (numbers: readonly number[]) => {
        sizes.push(numbers.length);
        if (numbers.some((number) => poison.has(number))) throw new Error("poison");
        return numbers;
      },
    });
    const results = await point.submitAll(numbersTo(256));
    const failed = results.flatMap((result, index) => (result.status === "rejected" ? index : []));
    expect(failed).to.deep.equal([7, 200]);
    expect(sizes.length).to.be.at.most(2 * 2 * Math.log2(256) + 1);
  });

  it("fails the whole batch at once when it is transient", async () => {
    let calls = 0;
    const outage = new Error("connection lost");
    await using point = createBatchingPoint({
      name: "test",
      handle: async (_: readonly number[]): Promise<readonly number[]> => {
        calls += 1;
        throw outage;
      },
      isTransient: (error) => error === outage,
    });
    const results = await point.submitAll(numbersTo(64));
    expect(calls).to.equal(1);
    expect(results.every((result) => result.status === "rejected" && result.reason === outage)).to
      .be.true;
  });

  it("leaves the point working", async () => {
    await using point = createBatchingPoint({
      name: "test",
      handle: async ([number]: readonly number[]) => {
        if (number === 1) throw new Error("poison");
        return [number];
      },
    });
    const failure = await point.submit(1).catch((error: Error) => error.message);
    expect(failure).to.equal("poison");
    expect(await point.submit(2)).to.equal(2);
  });

  it("is not tried again when the handler answers the wrong number of results", async () => {
    let calls = 0;
    await using point = createBatchingPoint({
      name: "test",
      handle: async (numbers: readonly number[]) => {
        calls += 1;
        return numbers.slice(1);
      },
    });
    const results = await point.submitAll([1, 2, 3]);
    expect(calls).to.equal(1);
    for (const result of results) {
      expect(result.status === "rejected" && result.reason.message).to.equal(
        "test broke its promise: 2 results for 3 elements",
      );
    }
  });
});

describe("an element whose caller gave up", () => {
  it("is dropped before its batch begins, with the signal's reason", async () => {
    const doubler = heldDoubler();
    await using point = createBatchingPoint({ name: "test", handle: doubler.handle });
    const first = point.submit(0);
    await nextTurn();
    const caller = new AbortController();
    const dropped = point.submit(1, { signal: caller.signal }).catch((error: Error) => error);
    const kept = point.submit(2);
    const reason = new Error("deadline exceeded");
    caller.abort(reason);
    doubler.releaseAll();
    expect(await dropped).to.equal(reason);
    expect(await Promise.all([first, kept])).to.deep.equal([0, 4]);
    expect(doubler.batches).to.deep.equal([[0], [2]]);
  });

  it("is worked on to the end once its batch has begun", async () => {
    const doubler = heldDoubler();
    await using point = createBatchingPoint({ name: "test", handle: doubler.handle });
    const caller = new AbortController();
    const result = point.submit(3, { signal: caller.signal });
    await nextTurn();
    caller.abort(new Error("too late"));
    doubler.releaseAll();
    expect(await result).to.equal(6);
  });

  it("costs no batch when nobody else waits", async () => {
    const doubler = heldDoubler();
    doubler.releaseAll();
    await using point = createBatchingPoint({ name: "test", handle: doubler.handle });
    const results = await point.submitAll([1, 2], { signal: AbortSignal.abort("gone") });
    expect(results).to.deep.equal([
      { status: "rejected", reason: "gone" },
      { status: "rejected", reason: "gone" },
    ]);
    expect(doubler.batches).to.deep.equal([]);
  });
});

describe("a full queue", () => {
  it("refuses what does not fit, all or nothing, and takes work again afterwards", async () => {
    const doubler = heldDoubler();
    await using point = createBatchingPoint({
      name: "test",
      handle: doubler.handle,
      maxQueued: 3,
    });
    const first = point.submit(0);
    await nextTurn();
    const second = point.submit(1);
    const refused = await point.submitAll([2, 3, 4]).catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(OverloadedError);
    const third = point.submitAll([5, 6]);
    expect(await point.submit(7).catch((error: unknown) => error)).to.be.instanceOf(
      OverloadedError,
    );
    doubler.releaseAll();
    await Promise.all([first, second, third]);
    expect(doubler.batches).to.deep.equal([[0], [1, 5, 6]]);
    expect(await point.submit(8)).to.equal(16);
  });
});

describe("disposal", () => {
  it("finishes what was taken, refuses what comes later, and then ends", async () => {
    const doubler = heldDoubler();
    const point = createBatchingPoint({ name: "test", handle: doubler.handle, maxBatchSize: 1 });
    const taken = Promise.all([1, 2, 3].map((number) => point.submit(number)));
    await nextTurn();
    let drained = false;
    const disposal = point[Symbol.asyncDispose]().then(() => {
      drained = true;
    });
    expect(await point.submit(4).catch((error: unknown) => error)).to.be.instanceOf(DrainingError);
    expect(await point.submitAll([5]).catch((error: unknown) => error)).to.be.instanceOf(
      DrainingError,
    );
    await nextTurn();
    expect(drained).to.be.false;
    doubler.releaseAll();
    expect(await taken).to.deep.equal([2, 4, 6]);
    await disposal;
    expect(doubler.batches).to.deep.equal([[1], [2], [3]]);
  });

  it("ends at once when idle, also when repeated", async () => {
    const point = createBatchingPoint({
      name: "test",
      handle: async (of: readonly number[]) => of,
    });
    await point[Symbol.asyncDispose]();
    await point[Symbol.asyncDispose]();
  });
});
