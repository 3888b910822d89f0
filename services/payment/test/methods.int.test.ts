import type { Database } from "@waybill/persistence";
import { expect } from "chai";
import { audit } from "./support/audit.ts";
import {
  cancelIt,
  confirmIt,
  eventually,
  paymentDatabase,
  providerDatabase,
  simulated,
  stateOf,
  submit,
  testApp,
  tryIt,
} from "./support/testBed.ts";

describe("payment with the simulated provider", () => {
  let db: Database;
  let books: Database;
  before(async () => {
    db = await paymentDatabase();
    books = await providerDatabase();
  });
  after(async () => {
    await db[Symbol.asyncDispose]();
    await books[Symbol.asyncDispose]();
  });

  const untilTried = (app: ReturnType<typeof testApp>, id: string, method: string) =>
    eventually(async () => {
      const [outcome] = await submit(app, tryIt(id, method));
      return outcome === "done TRIED" || outcome === "replayed TRIED";
    });

  for (const method of ["pm_ok", "pm_slow", "pm_flaky", "pm_timeout", "pm_pending"]) {
    it(`${method}: tried until it is authorised, then captured exactly once`, async () => {
      await using provider = simulated(books);
      await using app = testApp(db, provider, { providerPatienceMs: 50 });
      const id = `keep-${method}`;
      const webhooks = setInterval(() => void provider.callBack(app.receive), 20);
      await untilTried(app, id, method).finally(() => clearInterval(webhooks));
      await eventually(async () => (await submit(app, confirmIt(id)))[0] === "done CONFIRMED");
      expect(await audit(books, id)).to.include({ captured: 1, voided: 0 });
    });

    it(`${method}: cancelled right after its Try, no authorisation stays`, async () => {
      await using provider = simulated(books);
      await using app = testApp(db, provider, { providerPatienceMs: 50 });
      const id = `drop-${method}`;
      await submit(app, tryIt(id, method));
      await eventually(async () => {
        const [outcome] = await submit(app, cancelIt(id));
        return outcome === "done CANCELLED" || outcome === "replayed CANCELLED";
      });
      expect(await audit(books, id)).to.include({ captured: 0, open: 0 });
    });
  }

  it("pm_declined: declined, and cancelled without a trace of money", async () => {
    await using provider = simulated(books);
    await using app = testApp(db, provider);
    expect(await submit(app, tryIt("no", "pm_declined"))).to.deep.equal(["PAYMENT_DECLINED"]);
    expect(await submit(app, cancelIt("no"))).to.deep.equal(["done CANCELLED"]);
    expect(await audit(books, "no")).to.include({ authorisations: 0, captured: 0, open: 0 });
  });

  it("pm_slow: answered late, and the answer is journalled", async () => {
    await using provider = simulated(books);
    await using app = testApp(db, provider, { providerPatienceMs: 50 });
    expect(await submit(app, tryIt("slow", "pm_slow"))).to.deep.equal(["unanswered"]);
    await eventually(() => app.published.length === 1);
    expect(await stateOf(app, "slow")).to.equal("TRIED");
  });
});
