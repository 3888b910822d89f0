import { UsageError } from "@waybill/chassis/commandLine";
import { expect } from "chai";
import { readOptions } from "../src/replicas/options.ts";
import { reachedBefore } from "../src/replicas/reachedBefore.ts";
import { sharesOf } from "../src/replicas/shares.ts";

const batches = (...sizes: readonly number[]) => [
  {
    metric: "waybill_batch_size",
    of: "order.place",
    count: sizes.length,
    sum: sizes.reduce((a, b) => a + b, 0),
  },
  { metric: "rpc_server_call_duration_seconds", of: "CreateOrder", count: 1_000, sum: 1_000 },
];

describe("what several replicas have done", () => {
  it("is told for each process, those included that were killed", () => {
    const counted = new Map([
      ["order", batches(3, 4)],
      ["order.2", batches(1)],
      ["order.2 (killed)", batches(5)],
    ]);
    expect(sharesOf(counted)).to.deep.equal([
      { process: "order", handled: 7, batches: 2 },
      { process: "order.2", handled: 1, batches: 1 },
      { process: "order.2 (killed)", handled: 5, batches: 1 },
    ]);
  });

  it("leaves out processes that handle nothing in batches", () => {
    expect(sharesOf(new Map([["gateway", []]]))).to.deep.equal([]);
  });
});

describe("waiting for the demo to have come so far", () => {
  it("ends when the demo does, whose failure would be waited for in vain", async () => {
    let signal: AbortSignal | undefined;
    const never = (given: AbortSignal) => {
      signal = given;
      return new Promise<void>((_, reject) =>
        given.addEventListener("abort", () => reject(given.reason)),
      );
    };
    expect(await reachedBefore(Promise.resolve([1, null]), never)).to.equal(false);
    expect(signal?.aborted, "nobody asks any more").to.equal(true);
    expect(await reachedBefore(new Promise(() => {}), async () => {})).to.equal(true);
  });
});

describe("the command line of several replicas", () => {
  it("has limits", () => {
    expect(readOptions([])).to.deep.equal({ orders: 5_000, replicas: 3 });
    expect(readOptions(["--replicas", "9", "--orders", "100"])?.replicas).to.equal(9);
    for (const args of [["--replicas", "1"], ["--replicas", "10"], ["--orders", "99"], ["--what"]])
      expect(() => readOptions(args), args.join(" ")).to.throw(UsageError, args[0]);
  });
});
