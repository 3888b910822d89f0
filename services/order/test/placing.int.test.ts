import { OrderState } from "@waybill/contracts/status";
import { expect } from "chai";
import { heldOf, holdsIn, line, refused, request, storedIn, until } from "./support/asking.ts";
import { type Shop, startShop } from "./support/shop.ts";

describe("placing orders", () => {
  let shop: Shop;

  beforeEach(async () => {
    shop = await startShop();
    await shop.stock("pen", 100);
    await shop.stock("last", 1);
  });

  afterEach(() => shop[Symbol.asyncDispose]());

  it("holds the stock, stores the content with its prices, and announces it", async () => {
    const lines = [line("pen", 2), line("last"), line("pen")];
    const { order, replayed } = await shop.client.createOrder(request({ lines }));
    if (order === undefined) throw new Error("no order");
    const eur = { minorUnits: 250n, currency: "EUR" };
    expect(order.lines).to.deep.equal([
      { itemId: "last", quantity: 1, name: "The last", unitPrice: eur },
      { itemId: "pen", quantity: 3, name: "The pen", unitPrice: eur },
    ]);
    expect(order).to.deep.include({
      ...{ state: OrderState.PENDING, version: 1, tried: false },
      total: { minorUnits: 1_000n, currency: "EUR" },
    });
    expect(replayed).to.equal(false);
    expect(await holdsIn(shop.itemDb)).to.deep.equal([`${order.orderId} TRIED`]);
    const { status } = await shop.statuses.getStatus({ orderId: order.orderId });
    expect(status).to.deep.include({ userId: "alice", total: order.total });
    expect(status?.placedAt).to.deep.equal(order.placedAt);
    expect((await shop.client.getOrder({ orderId: order.orderId })).order).to.deep.equal(order);
  });

  it("the same request ten times in parallel, on two replicas: one order, one hold, ten equal answers", async () => {
    await using other = await shop.replica();
    for (const given of [{ requestId: "r1" }, { orderId: "named" }]) {
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          (index % 2 ? other : shop).client.createOrder(request(given)),
        ),
      );
      for (const { order } of answers) expect(order).to.deep.equal(answers[0]?.order);
      expect(answers.filter(({ replayed }) => !replayed)).to.have.length(1);
    }
    expect(await storedIn(shop.db)).to.have.length(2);
    expect(await heldOf(shop.itemDb, "pen")).to.equal(2);
  });

  it("the last piece, by a request repeated in parallel and after a lost answer: one order, never out of stock", async () => {
    await using other = await shop.replica();
    const last = request({ requestId: "mine", lines: [line("last")] });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 ? other : shop).client.createOrder(last)),
    );
    answers.push(await shop.client.createOrder(last)); // The answers were lost, say.
    expect(new Set(answers.map(({ order }) => order?.orderId))).to.have.length(1);
    const others = request({ requestId: "not-mine", lines: [line("last")] });
    expect(await refused(shop.client.createOrder(others))).to.equal(
      "FAILED_PRECONDITION OUT_OF_STOCK",
    );
    expect(await storedIn(shop.db)).to.have.length(1);
    expect(await heldOf(shop.itemDb, "last")).to.equal(1);
  });

  it("the same id with other content: ALREADY_EXISTS, whichever part differs", async () => {
    const { client } = shop;
    const taken = "ALREADY_EXISTS CONTENT_MISMATCH";
    for (const id of [{ requestId: "r1" }, { orderId: "named" }]) {
      await client.createOrder(request(id));
      const again = (given: object) => refused(client.createOrder(request(id, given)));
      expect(await again({ lines: [line("pen", 2)] })).to.equal(taken);
      expect(await again({ paymentMethod: "pm_declined" })).to.equal(taken);
      expect(await refused(client.tryOrder({ order: request(id) }))).to.equal(taken);
    }
    expect(await heldOf(shop.itemDb, "pen")).to.equal(2);
  });

  it("one id with different contents in one batch: the first is placed, the others differ; a refused one hinders nobody", async () => {
    const { results } = await shop.client.batchCreateOrders({
      requests: [
        request({ requestId: "r", lines: [line("last", 2)] }),
        request({ requestId: "r", userId: "nobody" }),
        request({ requestId: "r", lines: [line("pen", 5)] }),
        request({ requestId: "r", lines: [line("pen", 6)] }),
        request({ requestId: "r", lines: [line("pen", 5)] }),
      ],
    });
    const outcomes = results.map(({ result }) =>
      result?.$case === "response" ? `placed, ${result.value.replayed}` : result?.value.code,
    );
    expect(outcomes).to.deep.equal([9, 5, "placed, false", 6, "placed, true"]);
    expect(await heldOf(shop.itemDb, "pen")).to.equal(5);
  });

  it("a request that was refused can be repeated, also with other lines", async () => {
    const mine = { requestId: "r1" };
    const outOfStock = shop.client.createOrder(request(mine, { lines: [line("last", 2)] }));
    expect(await refused(outOfStock)).to.equal("FAILED_PRECONDITION OUT_OF_STOCK");
    const { order } = await shop.client.createOrder(request(mine, { lines: [line("last", 1)] }));
    expect(order?.lines).to.have.length(1);
  });

  it("without an id each call is an order of its own", async () => {
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => shop.client.createOrder(request())),
    );
    expect(new Set(answers.map(({ order }) => order?.orderId))).to.have.length(5);
  });

  it("300 buyers of 100 pieces at once, on two replicas: exactly 100 orders hold one", async () => {
    await using other = await shop.replica();
    const answers = await Promise.all(
      Array.from({ length: 300 }, (_, index) =>
        (index % 2 ? other : shop).client.createOrder(request({ requestId: `b${index}` })).then(
          () => "placed",
          (error: { reason: number }) => `refused ${error.reason}`,
        ),
      ),
    );
    const tally = Object.groupBy(answers, (answer) => answer);
    expect(
      Object.entries(tally).map(([answer, all]) => `${all?.length} ${answer}`),
    ).to.have.members(["100 placed", "200 refused 13"]);
    expect(await storedIn(shop.db)).to.have.length(100);
    expect(await holdsIn(shop.itemDb)).to.have.length(100);
    expect(await heldOf(shop.itemDb, "pen")).to.equal(100);
  });

  it("a repetition is answered with the state that the order has now", async () => {
    const mine = request({ requestId: "r1" });
    const { order } = await shop.client.createOrder(mine);
    const orderId = order?.orderId ?? "";
    const admin = { kind: 2, id: "root" } as const;
    await shop.client.cancelOrder({ orderId, actor: admin, reason: "FRAUD" });
    const again = await shop.client.createOrder(mine);
    expect(again.replayed).to.equal(true);
    expect(again.order).to.include({ state: OrderState.CANCELLED, version: 2, reason: "FRAUD" });
  });

  it("keeps the trace that the request names, and never a malformed one", async () => {
    const traceparent = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
    const traced = async (given: string) => {
      const { order } = await shop.client.createOrder(request({ traceparent: given }));
      await until("it is announced", async () => {
        const { results } = await shop.statuses.batchGetStatuses({
          orderIds: [order?.orderId ?? ""],
        });
        return results[0]?.result?.$case === "response";
      });
      return (await shop.statuses.getStatus({ orderId: order?.orderId ?? "" })).status?.traceparent;
    };
    expect(await traced(traceparent)).to.equal(traceparent);
    expect(await traced("garbage\0")).to.equal("");
  });

  it("lists what was placed with its content, page by page", async () => {
    const requests = Array.from({ length: 30 }, (_, index) => request({ requestId: `l${index}` }));
    await shop.client.batchCreateOrders({ requests });
    const ids: string[] = [];
    let pageToken = "";
    do {
      const page = await shop.client.listOrders({ userId: "alice", pageSize: 7, pageToken });
      ids.push(...page.orders.map((order) => order.orderId));
      for (const order of page.orders) expect(order.lines[0]?.name).to.equal("The pen");
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
    expect(new Set(ids)).to.have.length(30);
    expect((await shop.client.listOrders({ state: OrderState.SHIPPED })).orders).to.be.empty;
    const { nextPageToken } = await shop.client.listOrders({ userId: "alice", pageSize: 7 });
    const foreign = shop.client.listOrders({
      userId: "bob",
      pageSize: 7,
      pageToken: nextPageToken,
    });
    expect(await refused(foreign)).to.equal("INVALID_ARGUMENT INVALID_PAGE_TOKEN page_token");
  });

  it("large batches of large orders go through in several calls, and are read in as many answers as it takes", async () => {
    const names = Array.from({ length: 100 }, (_, index) => `item-${index}-${"x".repeat(50)}`);
    const unitPrice = { minorUnits: 1n, currency: "EUR" };
    await Promise.all(
      names.map((itemId) =>
        shop.items.createItem({ itemId, name: "ü".repeat(200), unitPrice, onHand: 1_000n }),
      ),
    );
    const lines = names.map((name) => line(name));
    const ids = Array.from({ length: 100 }, (_, index) => `big${index}`);
    const placed: (string | undefined)[] = [];
    for (let left = ids; left.length > 0; ) {
      const requests = left.map((orderId) => request({ orderId, lines }));
      const { results } = await shop.client.batchCreateOrders({ requests });
      const told = results.map(({ result }) =>
        result?.$case === "response"
          ? result.value.order?.orderId
          : result?.value.metadata.order_id,
      );
      expect(told, "those that do not fit are placed, too").to.deep.equal(left);
      const missing = left.filter((_, index) => results[index]?.result?.$case !== "response");
      expect(missing.length).to.be.below(left.length);
      placed.push(...left.filter((orderId) => !missing.includes(orderId)));
      left = missing;
    }
    expect(placed).to.deep.equal(ids);
    const listed: string[] = [];
    let pageToken = "";
    do {
      const page = await shop.client.listOrders({ pageSize: 500, pageToken });
      listed.push(...page.orders.map(({ orderId }) => orderId));
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
    expect(listed).to.have.members(ids);
    expect(listed).to.have.length(100);

    for (let left = ids; left.length > 0; ) {
      const { results } = await shop.client.batchGetOrders({ orderIds: left });
      const missing = left.filter((_, index) => results[index]?.result?.$case !== "response");
      expect(missing.length).to.be.below(left.length);
      left = missing;
    }
  });
});
