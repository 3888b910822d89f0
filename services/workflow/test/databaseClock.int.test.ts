import { testServers } from "@waybill/stack";
import { expect } from "chai";
import { DatabaseClock } from "../src/db/databaseClock.ts";
import { openTable } from "./support/replica.ts";

const toleranceMs = 1_000;

describe("the workflow's clock", () => {
  it("is PostgreSQL's, whatever this process's own shows meanwhile", async () => {
    await using db = await openTable(await (await testServers()).databaseUrl("workflow"));
    const rightNow = Date.now;
    Date.now = () => rightNow() - 60_000;
    try {
      const clock = await DatabaseClock.open(db);
      expect(clock.now().getTime()).to.be.closeTo(rightNow(), toleranceMs);
      Date.now = () => rightNow() + 60_000;
      expect(clock.now().getTime()).to.be.closeTo(rightNow(), toleranceMs);
      await clock.adjust();
      expect(clock.now().getTime()).to.be.closeTo(rightNow(), toleranceMs);
    } finally {
      Date.now = rightNow;
    }
  });
});
