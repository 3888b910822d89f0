import { createLogger } from "@waybill/chassis";
import { AbandonOutcome } from "@waybill/contracts/order";
import { OrderState } from "@waybill/contracts/status";
import { sql } from "@waybill/persistence";
import { expect } from "chai";
import { line, refused, request, storedIn } from "./support/asking.ts";
import { type Shop, startShop } from "./support/shop.ts";

const eur = (minorUnits: bigint) => ({ minorUnits, currency: "EUR" });
const priced = (itemId: string, quantity: number, minorUnits: bigint) => ({
  ...{ itemId, quantity, name: itemId.toUpperCase() },
  unitPrice: eur(minorUnits),
});

describe("what other services ask of order", () => {
  let shop: Shop;

  before(async () => {
    shop = await startShop();
    await shop.stock("pen", 100);
  });

  after(() => shop[Symbol.asyncDispose]());

  describe("recording prices:", () => {
    before(async () => {
      await shop.servers.item.stop();
      const lines = [line("pen", 2), line("cap")];
      await shop.client.batchCreateOrders({
        requests: ["p1", "p2"].map((orderId) => request({ orderId, lines })),
      });
      await shop.servers.item.start();
    });

    const prices = (orderId: string, penMinor: bigint) => ({
      orderId,
      lines: [priced("cap", 1, 900n), priced("pen", 2, penMinor)],
      total: eur(900n + 2n * penMinor),
    });

    it("those recorded first stand, also within one batch", async () => {
      const { results } = await shop.client.batchRecordPrices({
        requests: [prices("p1", 100n), prices("p1", 200n), prices("none", 1n)],
      });
      const totals = results.map(({ result }) =>
        result?.$case === "response" ? result.value.order?.total : result?.value.code,
      );
      expect(totals).to.deep.equal([eur(1_100n), eur(1_100n), 5]);
      const again = await shop.client.recordPrices(prices("p1", 300n));
      expect(again.order?.total).to.deep.equal(eur(1_100n));
      const { order } = await shop.client.getOrder({ orderId: "p1" });
      expect(order?.lines).to.deep.equal([priced("cap", 1, 900n), priced("pen", 2, 100n)]);
    });

    it("for other lines they are refused", async () => {
      const mismatch = "ALREADY_EXISTS CONTENT_MISMATCH";
      const record = (lines: ReturnType<typeof priced>[], total: bigint) =>
        refused(shop.client.recordPrices({ orderId: "p2", lines, total: eur(total) }));
      expect(await record([priced("pen", 2, 1n)], 2n)).to.equal(mismatch);
      expect(await record([priced("pen", 3, 1n), priced("cap", 1, 1n)], 4n)).to.equal(mismatch);
      expect(
        await record([priced("pen", 2, 1n), priced("cap", 1, 1n), priced("cap", 1, 1n)], 4n),
      ).to.equal(mismatch);
      expect((await shop.client.getOrder({ orderId: "p2" })).order?.total).to.equal(undefined);
    });
  });

  it("what fails unexpectedly in a batch is told to the log", async () => {
    const lines: string[] = [];
    const write = (line: string) => void lines.push(line);
    const told = createLogger("order", { level: "error", format: "json" }, { write });
    await using broken = await startShop({ logger: told });
    await broken.stock("pen", 1);
    await broken.db.run(sql("test_break", "alter table orders rename to broken"));
    const { client } = broken;
    await client.batchCreateOrders({ requests: [request()] });
    await client.batchGetOrders({ orderIds: ["o"] });
    await client.batchRecordPrices({
      requests: [{ orderId: "o", lines: [priced("pen", 1, 1n)], total: eur(1n) }],
    });
    await client.batchAbandonOrders({ orderIds: ["o"] });
    expect(lines).to.have.lengthOf(4);
    for (const line of lines) expect(line).to.contain('relation \\"orders\\" does not exist');
  });

  it("abandoning: stored orders stay, unknown ones never come, each once", async () => {
    await shop.client.createOrder(request({ orderId: "stored" }));
    const abandon = async () => {
      const { results } = await shop.client.batchAbandonOrders({
        orderIds: ["ghost", "stored", "ghost", "a b"],
      });
      return results.map(({ result }) =>
        result?.$case === "response" ? result.value.outcome : result?.value.code,
      );
    };
    const { ABANDONED, STORED } = AbandonOutcome;
    expect(await abandon()).to.deep.equal([ABANDONED, STORED, ABANDONED, 3]);
    expect(await abandon()).to.deep.equal([ABANDONED, STORED, ABANDONED, 3]);
    expect(await storedIn(shop.db)).to.include.members(["-ghost", "stored"]);
    const { order } = await shop.client.getOrder({ orderId: "stored" });
    expect(order?.state).to.equal(OrderState.PENDING);
  });

  it("abandoning while the order is placed, many times: one of both, never both", async () => {
    const ids = Array.from({ length: 60 }, (_, index) => `race-${index}`);
    const outcomes = await Promise.all(
      ids.map(async (orderId) => {
        const [placed, abandoned] = await Promise.all([
          shop.client.createOrder(request({ orderId })).then(
            () => true,
            () => false,
          ),
          shop.client.abandonOrder({ orderId }),
        ]);
        expect(placed, orderId).to.equal(abandoned.outcome === AbandonOutcome.STORED);
        return placed;
      }),
    );
    expect(outcomes).to.have.length(60);
  });
});
