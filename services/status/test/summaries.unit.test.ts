import type { Sql } from "@waybill/persistence";
import { expect } from "chai";
import { summaries } from "../src/app/summaries.ts";

describe("summaries that are asked for at the same time", () => {
  it("are one, and those asked for while it is made the next one", async () => {
    const counted = Promise.withResolvers<void>();
    let statements = 0;
    const db = {
      rows: async () => {
        statements += 1;
        await counted.promise;
        return [];
      },
    };
    await using point = summaries(db as Partial<Sql> as Sql);
    const ask = (times: number) => Array.from({ length: times }, () => point.submit(undefined));
    const first = ask(24);
    while (statements === 0) await new Promise(setImmediate);
    const later = ask(24);
    const ofOne = statements;
    counted.resolve();
    const [one, next] = [await Promise.all(first), await Promise.all(later)];
    expect(new Set(one).size).to.equal(1);
    expect(new Set(next).size).to.equal(1);
    expect(next[0]).not.to.equal(one[0]);
    expect(statements).to.equal(2 * ofOne);
  });
});
