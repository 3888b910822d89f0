import { expect } from "chai";
import { handleNarrowing, isTransientFailure } from "../src/narrowing.ts";
import { again, dead, done, type Outcome } from "../src/outcome.ts";

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

/** Handles numbers; throws for a batch that has one of `poison`. */
async function handleWith(count: number, poison: readonly number[], transient = false) {
  const batches: number[][] = [];
  const outcomes = await handleNarrowing(numbers(count), {
    handle: async (elements): Promise<readonly Outcome[]> => {
      batches.push([...elements]);
      if (elements.some((element) => poison.includes(element))) throw new Error("poison");
      return elements.map(() => done);
    },
    isTransient: () => transient,
    isHopeless: (element) => element % 2 === 1,
    onFailure: () => {},
  });
  return { batches, outcomes };
}

describe("narrowing down a batch that fails", () => {
  it("asks once when nothing fails", async () => {
    const { batches, outcomes } = await handleWith(100, []);
    expect(batches).to.have.length(1);
    expect(outcomes).to.deep.equal(numbers(100).map(() => done));
  });

  it("leaves only the poison elements, given up or tried again as the caller says", async () => {
    const { batches, outcomes } = await handleWith(256, [7, 40]);
    const failed = dead("HANDLING_FAILED", "poison");
    expect(outcomes).to.deep.equal(
      numbers(256).map((element) => (element === 7 ? failed : element === 40 ? again : done)),
    );
    expect(batches.length).to.be.below(40);
  });

  it("keeps the order of elements", async () => {
    const { batches } = await handleWith(8, [0]);
    const handled = batches.filter((batch) => !batch.includes(0)).flat();
    expect(handled).to.deep.equal([1, 2, 3, 4, 5, 6, 7]);
  });

  it("does not narrow down what fails for a reason that passes", async () => {
    const { batches, outcomes } = await handleWith(4, [1], true);
    expect(batches).to.have.length(1);
    expect(outcomes).to.deep.equal(numbers(4).map(() => again));
  });

  it("takes a wrong number of outcomes for a failure", async () => {
    const outcomes = await handleNarrowing([1, 2], {
      handle: async () => [],
      isTransient: () => false,
      isHopeless: () => true,
      onFailure: () => {},
    });
    expect(outcomes.map(({ kind }) => kind)).to.deep.equal(["dead", "dead"]);
  });

  it("knows passing failures by name, gRPC code or SQLSTATE", () => {
    const named = (name: string) => Object.assign(new Error(), { name });
    const coded = (code: unknown) => Object.assign(new Error(), { code });
    expect(
      [named("UnavailableError"), named("OverloadedError"), coded(14), coded("40P01")].map(
        isTransientFailure,
      ),
    ).to.deep.equal([true, true, true, true]);
    expect(
      [named("TypeError"), coded(3), coded(9), coded("14"), "text", undefined].map(
        isTransientFailure,
      ),
    ).to.deep.equal([false, false, false, false, false, false]);
  });
});
