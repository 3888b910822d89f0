import type { Address } from "@waybill/contracts/order";
import { ActorKind } from "@waybill/contracts/status";
import { expect } from "chai";
import { alice, holdsIn, line, refusal, refused, request, storedIn } from "./support/asking.ts";
import { type Shop, startShop } from "./support/shop.ts";

const invalid = (...fields: string[]) => `INVALID_ARGUMENT INVALID_FIELD ${fields.join(", ")}`;
const long = "x".repeat(65);
const lines = (count: number) => Array.from({ length: count }, (_, index) => line(`i${index}`));

const address: Address = {
  name: "Alice",
  street: ["1 Main Street"],
  postalCode: "",
  city: "Berlin",
  region: "",
  country: "DE",
};

describe("bad input to order", () => {
  let shop: Shop;

  before(async () => {
    shop = await startShop();
    await shop.stock("pen", 100_000);
  });

  after(() => shop[Symbol.asyncDispose]());

  describe("leaves nothing:", () => {
    afterEach(async () => {
      expect(await storedIn(shop.db), "nothing is stored").to.be.empty;
      expect(await holdsIn(shop.itemDb), "nothing is held").to.be.empty;
    });

    const create = (given: object) => refused(shop.client.createOrder(request(given)));

    it("ids, lines and payment methods of CreateOrder", async () => {
      const rows: readonly [object, ...string[]][] = [
        [{ userId: "" }, "user_id"],
        [{ userId: "ann@example.org" }, "user_id"],
        [{ userId: long }, "user_id"],
        [{ requestId: "a b" }, "request_id"],
        [{ requestId: long }, "request_id"],
        [{ orderId: "a.b" }, "order_id"],
        [{ orderId: long }, "order_id"],
        [{ orderId: "o\n" }, "order_id"],
        [{ orderId: "o", requestId: "r" }, "request_id"],
        [{ lines: [] }, "lines"],
        [{ lines: lines(101) }, "lines"],
        [{ lines: lines(1_000) }, "lines"],
        [{ lines: [line("")] }, "lines[0].item_id"],
        [{ lines: [line("pen"), line("a/b")] }, "lines[1].item_id"],
        [{ lines: [line("pen", 0)] }, "lines[0].quantity"],
        [{ lines: [line("pen", -1)] }, "lines[0].quantity"],
        [{ lines: [line("pen", 10_001)] }, "lines[0].quantity"],
        [{ lines: [line("pen", 2 ** 31 - 1)] }, "lines[0].quantity"],
        [{ lines: [line("pen", 0), line("pen", -5)] }, "lines[0].quantity", "lines[1].quantity"],
        [{ lines: [line("pen", 6_000), line("cap"), line("pen", 4_001)] }, "lines[2].quantity"],
        [{ paymentMethod: "" }, "payment_method"],
        [{ paymentMethod: "pm_gold" }, "payment_method"],
        [{ paymentMethod: "PM_OK" }, "payment_method"],
      ];
      for (const [given, ...fields] of rows) {
        const seen = await create(given);
        expect(seen, JSON.stringify(given).slice(0, 200)).to.equal(invalid(...fields));
      }
    });

    it("addresses", async () => {
      const rows: readonly [Partial<Address>, string][] = [
        [{ name: "" }, "name"],
        [{ name: "x".repeat(201) }, "name"],
        [{ name: "a\0b" }, "name"],
        [{ street: [] }, "street"],
        [{ street: ["1", "2", "3", "4"] }, "street"],
        [{ street: ["1", ""] }, "street[1]"],
        [{ street: ["x".repeat(201)] }, "street[0]"],
        [{ postalCode: "x".repeat(21) }, "postal_code"],
        [{ city: "" }, "city"],
        [{ city: "x".repeat(101) }, "city"],
        [{ region: "x".repeat(101) }, "region"],
        [{ country: "" }, "country"],
        [{ country: "de" }, "country"],
        [{ country: "DEU" }, "country"],
      ];
      for (const [given, field] of rows) {
        const seen = await create({ shipTo: { ...address, ...given } });
        expect(seen, JSON.stringify(given)).to.equal(invalid(`ship_to.${field}`));
      }
    });

    it("unknown users and items are NOT_FOUND, the lines named as they were sent", async () => {
      const seen = await refusal(shop.client.createOrder(request({ userId: "nobody" })));
      expect(seen.metadata).to.deep.equal({ user_id: "nobody" });
      expect(await create({ userId: "nobody" })).to.equal("NOT_FOUND USER_NOT_FOUND");
      const missing = [line("zip"), line("pen"), line("cap"), line("zip")];
      expect(await create({ lines: missing })).to.equal(
        "NOT_FOUND ITEM_NOT_FOUND lines[2].item_id, lines[0].item_id",
      );
    });

    it("oversized messages are refused before they are read", async () => {
      const oversized = request({ shipTo: { ...address, region: "x".repeat(5 * 1024 * 1024) } });
      expect(await refused(shop.client.createOrder(oversized))).to.match(/^RESOURCE_EXHAUSTED/);
    });

    it("bad elements of a batch fail alone, and batches have 1 to 512", async () => {
      const { client } = shop;
      expect(await refused(client.batchCreateOrders({ requests: [] }))).to.equal(
        invalid("requests"),
      );
      const many = Array.from({ length: 513 }, () => request());
      expect(await refused(client.batchCreateOrders({ requests: many }))).to.equal(
        invalid("requests"),
      );
      const { results } = await client.batchCreateOrders({
        requests: [request({ lines: [] }), request({ userId: "nobody" })],
      });
      expect(results.map(({ result }) => result?.$case)).to.deep.equal(["failure", "failure"]);
    });

    it("TryOrder: an id is needed, fields are named within the order, times are bounded", async () => {
      const { client } = shop;
      const tryOrder = (given: object, expiresAt?: Date) =>
        refused(client.tryOrder({ order: request({ orderId: "o" }, given), expiresAt }));
      const inMs = (ms: number) => new Date(Date.now() + ms);
      expect(await refused(client.tryOrder({}))).to.equal(invalid("order"));
      expect(await tryOrder({ orderId: "" })).to.equal(invalid("order.order_id"));
      expect(await tryOrder({ lines: [] })).to.equal(invalid("order.lines"));
      expect(await tryOrder({ shipTo: { ...address, city: "" } })).to.equal(
        invalid("order.ship_to.city"),
      );
      expect(await tryOrder({ lines: [line("zip")] })).to.equal(
        "NOT_FOUND ITEM_NOT_FOUND order.lines[0].item_id",
      );
      expect(await tryOrder({}, inMs(-1_000))).to.equal(invalid("expires_at"));
      expect(await tryOrder({}, inMs(24 * 3_600_000 + 5_000))).to.equal(invalid("expires_at"));
    });

    it("cancelling, confirming, reading and abandoning with malformed requests", async () => {
      const { client } = shop;
      const cancel = (given: object) =>
        refused(client.cancelOrder({ orderId: "o", actor: alice, ...given }));
      expect(await cancel({ orderId: "" })).to.equal(invalid("order_id"));
      expect(await cancel({ actor: undefined })).to.equal(invalid("actor"));
      expect(await cancel({ actor: { kind: 0, id: "alice" } })).to.equal(invalid("actor.kind"));
      expect(await cancel({ actor: { kind: 77, id: "alice" } })).to.equal(invalid("actor.kind"));
      expect(await cancel({ actor: { kind: ActorKind.SERVICE, id: "workflow" } })).to.equal(
        invalid("actor.kind"),
      );
      expect(await cancel({ actor: { kind: ActorKind.ADMIN, id: "" } })).to.equal(
        invalid("actor.id"),
      );
      expect(await cancel({ reason: "x".repeat(201) })).to.equal(invalid("reason"));
      expect(await cancel({})).to.equal("NOT_FOUND ORDER_NOT_FOUND");
      expect(await refused(client.confirmOrder({ orderId: "o", actor: alice }))).to.equal(
        invalid("actor.kind"),
      );
      expect(await refused(client.confirmOrder({ orderId: "" }))).to.equal(invalid("order_id"));
      expect(await refused(client.confirmOrder({ orderId: "o" }))).to.equal(
        "NOT_FOUND ORDER_NOT_FOUND",
      );
      expect(await refused(client.getOrder({ orderId: "" }))).to.equal(invalid("order_id"));
      expect(await refused(client.getOrder({ orderId: "o" }))).to.equal(
        "NOT_FOUND ORDER_NOT_FOUND",
      );
      expect(await refused(client.abandonOrder({ orderId: "a b" }))).to.equal(invalid("order_id"));
      expect(await refused(client.batchGetOrders({ orderIds: [] }))).to.equal(invalid("order_ids"));
      expect(await refused(client.batchAbandonOrders({ orderIds: [] }))).to.equal(
        invalid("order_ids"),
      );
    });

    it("lists: page sizes, states, tokens", async () => {
      const list = (given: object) => refused(shop.client.listOrders(given));
      expect(await list({ pageSize: -1 })).to.equal(invalid("page_size"));
      expect(await list({ pageSize: 501 })).to.equal(invalid("page_size"));
      expect(await list({ userId: "a b" })).to.equal(invalid("user_id"));
      expect(await list({ state: 7 })).to.equal(invalid("state"));
      expect(await list({ pageToken: "garbage" })).to.equal(
        "INVALID_ARGUMENT INVALID_PAGE_TOKEN page_token",
      );
      expect((await shop.client.listOrders({ pageSize: 500 })).orders).to.be.empty;
    });

    it("prices for an order that is none, or with a wrong sum", async () => {
      const eur = (minorUnits: bigint, currency = "EUR") => ({ minorUnits, currency });
      const priced = (itemId: string, quantity: number, minorUnits: bigint, currency = "EUR") => ({
        ...{ itemId, quantity, name: "Pen" },
        unitPrice: eur(minorUnits, currency),
      });
      const record = (given: object) =>
        refused(
          shop.client.recordPrices({
            ...{ orderId: "o", lines: [priced("pen", 2, 5n)], total: eur(10n) },
            ...given,
          }),
        );
      expect(await record({})).to.equal("NOT_FOUND ORDER_NOT_FOUND");
      expect(await record({ orderId: "" })).to.equal(invalid("order_id"));
      expect(await record({ lines: [], total: eur(0n) })).to.equal(invalid("lines"));
      expect(await record({ total: undefined })).to.equal(invalid("total"));
      expect(await record({ total: eur(11n) })).to.equal(invalid("total.minor_units"));
      expect(await record({ lines: [priced("pen", 2, 5n, "USD")] })).to.equal(
        invalid("lines[0].unit_price.currency"),
      );
      expect(await record({ lines: [{ ...priced("pen", 2, 5n), unitPrice: undefined }] })).to.equal(
        invalid("lines[0].unit_price"),
      );
    });
  });

  describe("at the limit", () => {
    it("is no bad input", async () => {
      const { client } = shop;
      const names = Array.from({ length: 100 }, (_, index) => `i${index}`);
      await Promise.all(names.map((name) => shop.stock(name, 10_000)));
      const full = { ...address, name: "x".repeat(200), postalCode: "x".repeat(20) };
      const street = ["x".repeat(200), "y".repeat(200), "z".repeat(200)];
      const created = await client.createOrder(
        request({
          orderId: "x".repeat(64),
          lines: names.map((name) => line(name, 10_000)),
          shipTo: { ...full, street, city: "x".repeat(100), region: "x".repeat(100) },
        }),
      );
      expect(created.order?.lines).to.have.length(100);
      expect(created.order?.shipTo?.street).to.deep.equal(street);
      const merged = await client.createOrder(
        request({ lines: [line("pen", 6_000), line("pen", 4_000)] }),
      );
      expect(merged.order?.lines).to.deep.equal([
        {
          ...{ itemId: "pen", quantity: 10_000, name: "The pen" },
          unitPrice: { minorUnits: 250n, currency: "EUR" },
        },
      ]);
      expect(merged.order?.total).to.deep.equal({ minorUnits: 2_500_000n, currency: "EUR" });
    });
  });
});
