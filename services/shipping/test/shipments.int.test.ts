import { deadLettersStream, orderEventType, orderSubject } from "@waybill/contracts/events";
import { OrderEvent, OrderState } from "@waybill/contracts/status";
import { sql } from "@waybill/persistence";
import { type NatsServer, startNats, testFolder, testServers } from "@waybill/stack";
import { expect } from "chai";
import { move, until } from "../../status/test/support/asking.ts";
import { type Replica as StatusReplica, startReplica } from "../../status/test/support/replica.ts";
import { shipOrders } from "../src/app/shipOrders.ts";
import { line, refused, startYard, type Yard } from "./support/yard.ts";

const countStatement = sql("test_count", "select count(*) as shipments from shipments");
const olderStatement = sql(
  "test_older",
  "update shipments set booked_at = booked_at - interval '1 minute'",
);

describe("shipments", () => {
  let nats: NatsServer;
  let status: StatusReplica;
  let yard: Yard;

  before(async () => {
    nats = await startNats({ dataDir: testFolder("nats-shipping") });
    const url = await (await testServers()).databaseUrl("status");
    status = await startReplica({ url, natsUrl: nats.url });
    await status.messaging.ensureStream(deadLettersStream);
    yard = await startYard(status, nats.url);
  });

  after(async () => {
    await yard[Symbol.asyncDispose]();
    await status[Symbol.asyncDispose]();
    await nats.stop();
  });

  afterEach(() => {
    line.away = false;
  });

  const stateOf = async (orderId: string) =>
    (await status.client.getStatus({ orderId })).status?.state;
  const shipmentOf = async (orderId: string) =>
    (await yard.client.getShipment({ orderId })).shipment;
  const count = async () =>
    Number((await yard.db.rows<{ shipments: bigint }>(countStatement))[0]?.shipments);

  /** Brings orders to PROCESSING, which status announces. */
  async function process(...orderIds: string[]): Promise<void> {
    await status.client.batchCreateStatuses({
      requests: orderIds.map((orderId) => ({ orderId, userId: "alice" })),
    });
    await status.client.batchMarkTried({ requests: orderIds.map((orderId) => ({ orderId })) });
    await status.client.batchUpdateStatuses({
      requests: orderIds.flatMap((orderId) => [
        move(orderId, "PENDING", "CONFIRMED"),
        move(orderId, "CONFIRMED", "PROCESSING"),
      ]),
    });
  }

  /** The event of an order that is processed, for the n-th time. */
  const announce = (orderId: string, publication: number, data?: Uint8Array) =>
    status.messaging.publish({
      subject: orderSubject("processing", orderId),
      type: orderEventType("processing"),
      id: `${orderId}.3`,
      source: "test",
      time: new Date(),
      data:
        data ?? OrderEvent.encode(OrderEvent.fromPartial({ orderId, userId: "alice" })).finish(),
      traceparent: "",
      publication,
    });

  it("are booked for every order that is processed, and the order is moved to SHIPPED", async () => {
    await process("o1", "o2", "o3");
    for (const orderId of ["o1", "o2", "o3"]) {
      await until(
        `${orderId} is shipped`,
        async () => (await stateOf(orderId)) === OrderState.SHIPPED,
      );
    }
    await until("it is recorded", async () => (await shipmentOf("o1"))?.shippedAt !== undefined);
    const shipment = await shipmentOf("o1");
    expect(shipment).to.include({ userId: "alice", carrier: "simulated-express" });
    expect(shipment?.trackingNumber).to.match(/^WB\d{14}$/);
  });

  it("are one per order, whatever is delivered again, also within one batch and on two replicas", async () => {
    await using other = await startYard(status, nats.url, yard.url);
    await process("again");
    await until("it is shipped", async () => (await stateOf("again")) === OrderState.SHIPPED);
    const first = await shipmentOf("again");
    const before = await count();
    for (let publication = 2; publication < 12; publication++) await announce("again", publication);
    const order = { orderId: "again", userId: "alice", traceparent: "" };
    const signal = new AbortController().signal;
    await Promise.all(
      [yard, other, yard, other].map(({ parts }) => shipOrders(parts)([order, order], signal)),
    );
    await process("marker");
    await until("all is consumed", async () => (await stateOf("marker")) === OrderState.SHIPPED);
    expect(await count()).to.equal(before + 1);
    const { bookedAt, trackingNumber } = (await shipmentOf("again")) ?? {};
    expect({ bookedAt, trackingNumber }).to.deep.equal({
      bookedAt: first?.bookedAt,
      trackingNumber: first?.trackingNumber,
    });
    const { transitions } = await status.client.listTransitions({ orderId: "again" });
    expect(transitions).to.have.length(4);
  });

  it("are recorded while status is away, and their orders moved by the sweeper when it is back", async () => {
    line.away = true;
    await process("patient");
    await until("it is booked", async () =>
      shipmentOf("patient").then(
        () => true,
        () => false,
      ),
    );
    await yard.db.run(olderStatement);
    await yard.sweep();
    expect((await shipmentOf("patient"))?.shippedAt).to.equal(undefined);
    line.away = false;
    await yard.sweep();
    expect(await stateOf("patient")).to.equal(OrderState.SHIPPED);
    expect((await shipmentOf("patient"))?.shippedAt).to.be.instanceOf(Date);
  });

  it("left to the consumer that recorded them are not swept", async () => {
    line.away = true;
    await process("young");
    await until("it is booked", async () =>
      shipmentOf("young").then(
        () => true,
        () => false,
      ),
    );
    line.away = false;
    await yard.sweep();
    expect(await stateOf("young")).to.equal(OrderState.PROCESSING);
    await yard.db.run(olderStatement);
    await yard.sweep();
    expect(await stateOf("young")).to.equal(OrderState.SHIPPED);
  });

  it("of orders that cannot be moved hinder no others", async () => {
    const ghosts = Array.from({ length: 300 }, (_, index) => ({
      ...{ orderId: `ghost-${index}`, userId: "alice", traceparent: "" },
    }));
    await shipOrders(yard.parts)(ghosts, new AbortController().signal);
    line.away = true;
    await process("behind");
    await until("it is booked", async () =>
      shipmentOf("behind").then(
        () => true,
        () => false,
      ),
    );
    line.away = false;
    await yard.db.run(olderStatement);
    await yard.sweep();
    expect(await stateOf("behind")).to.equal(OrderState.SHIPPED);
  });

  it("are not made of messages that are no events; those end in DEAD_LETTERS, their neighbours are handled", async () => {
    const before = await count();
    await announce("empty", 1, new Uint8Array());
    await announce("garbage", 1, new Uint8Array([0xff, 0xff]));
    await process("neighbour");
    await until("it is shipped", async () => (await stateOf("neighbour")) === OrderState.SHIPPED);
    expect(await count()).to.equal(before + 1);
    await until("they are kept", async () => {
      const page = await status.messaging.deadLetters.list({ limit: 10 });
      return page.deadLetters.length === 2;
    });
  });

  it("are listed, the latest first, by user, page by page", async () => {
    const orders = Array.from({ length: 25 }, (_, index) => ({
      ...{ orderId: `l${index}`, userId: index % 2 ? "bob" : "eve", traceparent: "" },
    }));
    await shipOrders(yard.parts)(orders, new AbortController().signal);
    const idsOf = async (userId: string, pageSize: number) => {
      const ids: string[] = [];
      let pageToken = "";
      do {
        const page = await yard.client.listShipments({ userId, pageSize, pageToken });
        ids.push(...page.shipments.map((shipment) => shipment.orderId));
        pageToken = page.nextPageToken;
      } while (pageToken !== "");
      return ids;
    };
    const bobs = await idsOf("bob", 50);
    expect(bobs).to.have.length(12);
    for (const pageSize of [1, 5, 12]) expect(await idsOf("bob", pageSize)).to.deep.equal(bobs);
    const all = await idsOf("", 7);
    expect(new Set(all)).to.have.length(await count());
    expect(all).to.have.length(await count());
  });

  it("refuse bad input with the field named", async () => {
    const { client } = yard;
    const invalid = (field: string) => `INVALID_ARGUMENT INVALID_FIELD ${field}`;
    expect(await refused(client.getShipment({ orderId: "" }))).to.equal(invalid("order_id"));
    expect(await refused(client.getShipment({ orderId: "x".repeat(65) }))).to.equal(
      invalid("order_id"),
    );
    expect(await refused(client.getShipment({ orderId: "none" }))).to.equal(
      "NOT_FOUND SHIPMENT_NOT_FOUND",
    );
    expect(await refused(client.listShipments({ userId: "a b" }))).to.equal(invalid("user_id"));
    expect(await refused(client.listShipments({ pageSize: -1 }))).to.equal(invalid("page_size"));
    expect(await refused(client.listShipments({ pageSize: 501 }))).to.equal(invalid("page_size"));
    const { nextPageToken } = await client.listShipments({ pageSize: 1 });
    for (const request of [{ pageToken: "garbage" }, { pageToken: nextPageToken, userId: "bob" }]) {
      expect(await refused(client.listShipments(request))).to.equal(
        "INVALID_ARGUMENT INVALID_PAGE_TOKEN page_token",
      );
    }
    expect((await client.listShipments({ pageSize: 500 })).shipments).not.to.be.empty;
  });
});
