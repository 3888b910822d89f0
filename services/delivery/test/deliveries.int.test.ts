import { OrderState } from "@waybill/contracts/status";
import { sql } from "@waybill/persistence";
import { type NatsServer, startNats, testFolder, testServers } from "@waybill/stack";
import { expect } from "chai";
import { move, shipping, until } from "../../status/test/support/asking.ts";
import { type Replica as StatusReplica, startReplica } from "../../status/test/support/replica.ts";
import { type Depot, refused, startDepot } from "./support/depot.ts";

const countStatement = sql("test_count", "select count(*) as deliveries from deliveries");
const letPassStatement = sql(
  "test_let_pass",
  "update deliveries set due_at = due_at - $1 * interval '1 ms'",
);

const orderOf = (orderId: string, userId = "alice") => ({ orderId, userId, traceparent: "" });

describe("deliveries", () => {
  let nats: NatsServer;
  let status: StatusReplica;

  before(async () => {
    nats = await startNats({ dataDir: testFolder("nats-delivery") });
    const url = await (await testServers()).databaseUrl("status");
    status = await startReplica({ url, natsUrl: nats.url });
  });

  after(async () => {
    await status[Symbol.asyncDispose]();
    await nats.stop();
  });

  const stateOf = async (orderId: string) =>
    (await status.client.getStatus({ orderId })).status?.state;
  const deliveryOf = async (depot: Depot, orderId: string) =>
    (await depot.client.getDelivery({ orderId })).delivery;
  const count = async ({ db }: Depot) =>
    Number((await db.rows<{ deliveries: bigint }>(countStatement))[0]?.deliveries);

  /** Brings orders to SHIPPED, which status announces. */
  async function ship(...orderIds: string[]): Promise<void> {
    await status.client.batchCreateStatuses({
      requests: orderIds.map((orderId) => ({ orderId, userId: "alice" })),
    });
    await status.client.batchMarkTried({ requests: orderIds.map((orderId) => ({ orderId })) });
    await status.client.batchUpdateStatuses({
      requests: orderIds.flatMap((orderId) => [
        move(orderId, "PENDING", "CONFIRMED"),
        move(orderId, "CONFIRMED", "PROCESSING"),
        move(orderId, "PROCESSING", "SHIPPED", shipping),
      ]),
    });
  }

  it("follow every shipment, one each, whatever is delivered again and on two replicas", async () => {
    await using depot = await startDepot(status, { natsUrl: nats.url });
    await using other = await startDepot(status, { natsUrl: nats.url, url: depot.url });
    const ids = ["d1", "d2", "d3"];
    await ship(...ids);
    for (const orderId of ids) {
      await until(
        `${orderId} is delivered`,
        async () => (await stateOf(orderId)) === OrderState.DELIVERED,
      );
    }
    await until("it is recorded", async () => {
      const delivery = await deliveryOf(depot, "d1");
      return delivery?.deliveredAt !== undefined;
    });
    const first = await deliveryOf(depot, "d1");
    const orders = ids.map((orderId) => orderOf(orderId));
    await Promise.all([
      depot.deliver([...orders, ...orders]),
      other.deliver(orders.toReversed()),
      depot.deliver(orders),
    ]);
    expect(await count(depot)).to.equal(3);
    expect(await deliveryOf(depot, "d1")).to.deep.equal(first);
    const { transitions } = await status.client.listTransitions({ orderId: "d1" });
    expect(transitions).to.have.length(5);
  });

  it("take as long as the carrier is on its way", async () => {
    await using depot = await startDepot(status, { transitMs: 60_000 });
    await ship("slow");
    await depot.deliver([orderOf("slow")]);
    const { startedAt, dueAt, deliveredAt } = (await deliveryOf(depot, "slow")) ?? {};
    expect((dueAt?.getTime() ?? 0) - (startedAt?.getTime() ?? 0)).to.equal(60_000);
    expect(deliveredAt).to.equal(undefined);
    await depot.db.run(letPassStatement, [50_000]);
    await depot.sweep();
    expect(await stateOf("slow")).to.equal(OrderState.SHIPPED);
    await depot.deliver([orderOf("slow")]); // Redelivered: that sets no new time.
    await depot.db.run(letPassStatement, [10_000]);
    await depot.sweep();
    expect(await stateOf("slow")).to.equal(OrderState.DELIVERED);
    expect((await deliveryOf(depot, "slow"))?.deliveredAt).to.be.instanceOf(Date);
  });

  it("are recorded while status is away, and their orders moved by the sweeper when it is back", async () => {
    await using depot = await startDepot(status);
    await ship("patient");
    depot.line.away = true;
    await depot.deliver([orderOf("patient")]);
    await depot.sweep();
    expect((await deliveryOf(depot, "patient"))?.deliveredAt).to.equal(undefined);
    depot.line.away = false;
    await depot.sweep();
    expect(await stateOf("patient"), "the consumer's first").to.equal(OrderState.SHIPPED);
    await depot.db.run(letPassStatement, [10_000]);
    await depot.sweep();
    expect(await stateOf("patient")).to.equal(OrderState.DELIVERED);
  });

  it("of orders that cannot be moved hinder no others", async () => {
    await using depot = await startDepot(status, { transitMs: 1_000 });
    const ghosts = Array.from({ length: 300 }, (_, index) => orderOf(`ghost-${index}`));
    await depot.deliver(ghosts);
    await ship("behind");
    await depot.deliver([orderOf("behind")]);
    await depot.db.run(letPassStatement, [10_000]);
    await depot.sweep();
    expect(await stateOf("behind")).to.equal(OrderState.DELIVERED);
  });

  it("are listed, the latest first, by user, page by page", async () => {
    await using depot = await startDepot(status, { transitMs: 60_000 });
    await depot.deliver(
      Array.from({ length: 25 }, (_, index) => orderOf(`l${index}`, index % 2 ? "bob" : "eve")),
    );
    const idsOf = async (userId: string, pageSize: number) => {
      const ids: string[] = [];
      let pageToken = "";
      do {
        const page = await depot.client.listDeliveries({ userId, pageSize, pageToken });
        ids.push(...page.deliveries.map((delivery) => delivery.orderId));
        pageToken = page.nextPageToken;
      } while (pageToken !== "");
      return ids;
    };
    const bobs = await idsOf("bob", 50);
    expect(bobs).to.have.length(12);
    for (const pageSize of [1, 5, 12]) expect(await idsOf("bob", pageSize)).to.deep.equal(bobs);
    expect(new Set(await idsOf("", 7))).to.have.length(25);
  });

  it("refuse bad input with the field named", async () => {
    await using depot = await startDepot(status, { transitMs: 60_000 });
    await depot.deliver([orderOf("a"), orderOf("b")]);
    const { client } = depot;
    const invalid = (field: string) => `INVALID_ARGUMENT INVALID_FIELD ${field}`;
    expect(await refused(client.getDelivery({ orderId: "" }))).to.equal(invalid("order_id"));
    expect(await refused(client.getDelivery({ orderId: "x".repeat(65) }))).to.equal(
      invalid("order_id"),
    );
    expect(await refused(client.getDelivery({ orderId: "none" }))).to.equal(
      "NOT_FOUND DELIVERY_NOT_FOUND",
    );
    expect(await refused(client.listDeliveries({ userId: "a b" }))).to.equal(invalid("user_id"));
    expect(await refused(client.listDeliveries({ pageSize: -1 }))).to.equal(invalid("page_size"));
    expect(await refused(client.listDeliveries({ pageSize: 501 }))).to.equal(invalid("page_size"));
    const { nextPageToken } = await client.listDeliveries({ pageSize: 1 });
    for (const request of [{ pageToken: "garbage" }, { pageToken: nextPageToken, userId: "bob" }]) {
      expect(await refused(client.listDeliveries(request))).to.equal(
        "INVALID_ARGUMENT INVALID_PAGE_TOKEN page_token",
      );
    }
    expect((await client.listDeliveries({ pageSize: 500 })).deliveries).to.have.length(2);
  });
});
