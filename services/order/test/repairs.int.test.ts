import { OrderState } from "@waybill/contracts/status";
import { findRepairs, makeRepairs, mendersOver } from "@waybill/doctor";
import { type Database, sql } from "@waybill/persistence";
import { expect } from "chai";
import { alice, holdsIn, request, until } from "./support/asking.ts";
import { logger, type Shop, startShop } from "./support/shop.ts";

/** Nobody sweeps or reaps here by itself: what is mended, the repairs have mended. */
describe("the doctor's repairs, by the services themselves", () => {
  let shop: Shop;

  beforeEach(async () => {
    shop = await startShop();
    await shop.stock("pen", 100);
  });

  afterEach(() => shop[Symbol.asyncDispose]());

  let statements = 0;
  const run = (db: Database, text: string) => db.run(sql(`test_repairs_${statements++}`, text));

  /** The databases as the doctor reads them. */
  const databases = {
    query: async <Row extends object>(
      name: string,
      text: string,
      parameters: readonly unknown[] = [],
    ) => {
      const db = { order: shop.db, status: shop.statusDb, item: shop.itemDb }[name];
      if (db === undefined) throw new Error(`no database ${name}`);
      return db.rows<Row>(sql(`test_repairs_${statements++}`, text), [...parameters]);
    },
  };

  const menders = () =>
    mendersOver({
      order: shop.client,
      status: shop.statuses,
      item: shop.itemClient,
      logger,
    });

  const placed = async (orderId: string) => {
    await shop.client.createOrder(request({ orderId }));
    await until(`${orderId} is marked as announced`, async () => {
      const rows = await databases.query(
        "order",
        "select 1 from orders where order_id = $1 and is_announced",
        [orderId],
      );
      return rows.length === 1;
    });
  };

  it("announce what status was not told of, and make nothing else of it", async () => {
    await placed("forgotten");
    await placed("known");
    await run(shop.statusDb, "delete from statuses where order_id = 'forgotten'");
    await run(shop.statusDb, "delete from transitions where order_id = 'forgotten'");
    await run(shop.db, "update orders set is_announced = false where order_id = 'forgotten'");
    const found = await findRepairs(databases, new Date());
    const announcing = found.filter(({ kind }) => kind === "announce");
    expect(announcing.map(({ subject }) => subject)).to.deep.equal(["forgotten"]);
    await shop.servers.status.stop();
    const [early] = await makeRepairs(databases, menders(), announcing);
    expect(early).to.include({ isDone: false });
    await shop.servers.status.start();
    await until("it is announced", async () => {
      const [repaired] = await makeRepairs(databases, menders(), announcing);
      return repaired?.isDone === true;
    });
    const { status } = await shop.statuses.getStatus({ orderId: "forgotten" });
    expect(status).to.include({ state: OrderState.PENDING, version: 1 });
    expect((await shop.client.getOrder({ orderId: "known" })).order?.version).to.equal(1);
  });

  it("resolve expired holds as the reaper would, and no others", async () => {
    for (const orderId of ["open", "cancelled", "young"]) await placed(orderId);
    await shop.client.cancelOrder({ orderId: "cancelled", actor: alice });
    const lines = [{ itemId: "pen", quantity: 2 }];
    await shop.itemClient.tryReservation({ transactionId: "orphan", userId: "alice", lines });
    await run(
      shop.itemDb,
      "update reservations set expires_at = now() - interval '1 h' where transaction_id <> 'young'",
    );
    const found = await findRepairs(databases, new Date(Date.now() - 60_000));
    const holds = found.filter(({ kind }) => kind === "resolve");
    expect(holds.map(({ subject }) => subject).toSorted()).to.deep.equal([
      "cancelled",
      "open",
      "orphan",
    ]);
    expect(holds[0]?.before).to.match(/^stock held, expired at 20/);
    const repaired = await makeRepairs(databases, menders(), holds);
    const told = Object.fromEntries(repaired.map(({ subject, after }) => [subject, after]));
    expect(told).to.deep.equal({
      cancelled: "CANCELLED",
      orphan: "CANCELLED",
      open: "held still: its order is open, or nobody knows its fate",
    });
    expect((await holdsIn(shop.itemDb)).toSorted()).to.deep.equal([
      "cancelled CANCELLED",
      "open TRIED",
      "orphan CANCELLED",
      "young TRIED",
    ]);
  });
});
