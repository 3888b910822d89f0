import { type Database, UnavailableError } from "@waybill/persistence";
import { expect } from "chai";
import { settlingPoint } from "../src/app/settling.ts";
import type { Settlement } from "../src/db/sendingStore.ts";

const settlementOf = (orderId: string): Settlement => ({
  orderId,
  version: 1,
  channel: "EMAIL",
  lease: "lease",
  state: "SENT",
  isAttempt: true,
  delayMs: 0,
  error: "",
});

describe("recording what became of sendings", () => {
  it("asks a database that does not answer once for all of them, not for each", async () => {
    let asked = 0;
    const run = async (): Promise<number> => {
      asked += 1;
      throw new UnavailableError("the database is down");
    };
    await using point = settlingPoint({ run } as Partial<Database> as Database);
    const orderIds = Array.from({ length: 64 }, (_, index) => `order-${index}`);
    const results = await point.submitAll(orderIds.map(settlementOf));
    expect(results.map(({ status }) => status)).to.deep.equal(Array(64).fill("rejected"));
    expect(asked).to.equal(1);
  });
});
