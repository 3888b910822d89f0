import { expect } from "chai";
import { simulatedCarrier } from "../src/domain/carrier.ts";

describe("the simulated carrier", () => {
  const { signal } = new AbortController();

  it("answers the same booking for the same order, and others for others", async () => {
    const ids = Array.from({ length: 2_000 }, (_, index) => `o${index}`);
    const first = await simulatedCarrier.book(ids, signal);
    expect(await simulatedCarrier.book(ids.toReversed(), signal)).to.deep.equal(first.toReversed());
    const numbers = first.map(({ trackingNumber }) => trackingNumber);
    expect(new Set(numbers)).to.have.length(ids.length);
    for (const number of numbers) expect(number).to.match(/^WB\d{14}$/);
  });
});
