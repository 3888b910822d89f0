import { ErrorReason } from "@waybill/contracts/errors";
import { ActorKind, OrderState } from "@waybill/contracts/status";
import { refuse } from "@waybill/rpc";
import { expect } from "chai";
import { order } from "./support/fakes.ts";
import { startGateway, type TestGateway } from "./support/gateway.ts";

const items = [{ itemId: "tea", quantity: 2 }];

describe("orders over HTTP", () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startGateway();
  });
  after(() => gateway[Symbol.asyncDispose]());
  afterEach(() => gateway.fakes.reset());

  const place = (given: object, headers: Record<string, string> = {}, as = "alice") =>
    gateway.call("POST", "/api/orders", { as, headers, body: { order: { items, ...given } } });
  const asked = (method: string) => gateway.fakes.last(method).request;

  describe("placing", () => {
    it("is for the caller, paid as usual, and says where the order is", async () => {
      const { status, headers } = await place({ status: "PENDING" });
      expect(status).to.equal(201);
      expect(headers.get("location")).to.equal("/api/orders/o-1");
      expect(asked("createOrder")).to.include({ userId: "alice", paymentMethod: "pm_ok" });
    });

    it("without a key is a request of its own, which the way to the service may repeat", async () => {
      const requestIds = new Set<string>();
      for (let request = 0; request < 2; request++) {
        await place({});
        const { orderId, requestId } = asked("createOrder") as Record<string, string>;
        expect(orderId).to.equal("");
        expect(requestId).to.match(/^[\da-f-]{36}$/);
        requestIds.add(requestId ?? "");
      }
      expect(requestIds.size).to.equal(2);
    });

    it("presents the caller's own token to the service", async () => {
      await place({});
      expect(gateway.fakes.last("createOrder").authorization).to.equal("Bearer alice");
    });

    it("is the same request under the same Idempotency-Key", async () => {
      await place({}, { "idempotency-key": "key-1" });
      expect(asked("createOrder")).to.include({ orderId: "", requestId: "key-1" });
      await place({}, { "idempotency-key": '"a key of another kind"' });
      const { requestId } = asked("createOrder") as { requestId: string };
      expect(requestId).to.match(/^[\da-f]{64}$/);
      await place({}, { "idempotency-key": '"a key of another kind"' });
      expect(asked("createOrder")).to.include({ requestId });
    });

    it("is the same order under the same orderId, whatever the key", async () => {
      await place({ orderId: "mine" });
      expect(asked("createOrder")).to.include({ orderId: "mine", requestId: "" });
      await place({ orderId: "mine" }, { "idempotency-key": "key-1" });
      expect(asked("createOrder")).to.include({ orderId: "mine", requestId: "" });
    });

    it("says of a repetition that it is one", async () => {
      gateway.fakes.on("createOrder", () => ({ order: order(), replayed: true }));
      const { status, headers, body } = await place({ orderId: "o-1" });
      expect(status).to.equal(201);
      expect(headers.get("idempotency-replayed")).to.equal("true");
      expect(body).to.deep.equal({ message: "Order placed successfully", orderId: "o-1" });
    });

    it("is refused in any status but PENDING, and for whatever breaks a rule, all at once", async () => {
      const { status, body } = await place({
        status: "SHIPPED",
        items: [{ itemId: "tea", quantity: 0 }],
        shipTo: { name: "A", street: ["B"], postalCode: "1", city: "C", country: "de" },
      });
      expect(status).to.equal(400);
      const { reason, fields } = body as { reason: string; fields: { field: string }[] };
      expect(reason).to.equal("INVALID_FIELD");
      expect(fields.map(({ field }) => field)).to.have.members([
        "order.status",
        "order.items[0].quantity",
        "order.shipTo.country",
      ]);
      expect(gateway.fakes.received).to.deep.equal([]);
    });

    it("names the fields that the service refuses as the request does", async () => {
      const names = {
        "lines[2].item_id": "order.items[2].itemId",
        "ship_to.postal_code": "order.shipTo.postalCode",
        payment_method: "order.paymentMethod",
        request_id: "idempotency-key",
        "order.order_id": "order.orderId",
      };
      for (const [contract, here] of Object.entries(names)) {
        gateway.fakes.failWith(refuse.invalidField(contract, "is wrong"));
        const { body } = await place({});
        expect(body).to.deep.include({ fields: [{ field: here, description: "is wrong" }] });
      }
      gateway.fakes.failWith(refuse.invalidField("name", "is wrong"));
      const request = { as: "root", body: {} };
      const { body } = await gateway.call("PATCH", "/api/inventory/tea", request);
      expect(body).to.deep.include({ fields: [{ field: "itemName", description: "is wrong" }] });
    });

    it("passes on where the order goes", async () => {
      const shipTo = { name: "A", street: ["B"], postalCode: "1", city: "C", country: "DE" };
      await place({ shipTo, paymentMethod: "pm_slow" });
      expect(asked("createOrder")).to.deep.include({
        shipTo: { ...shipTo, region: "" },
        paymentMethod: "pm_slow",
      });
    });
  });

  it("tell their trace, and where it can be looked at if it was sampled", async () => {
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    gateway.fakes.on("getOrder", () => ({
      order: order({ orderId: "traced", traceparent: `00-${traceId}-b7ad6b7169203331-01` }),
    }));
    const { body } = await gateway.call("GET", "/api/orders/traced", { as: "alice" });
    const traceUrl = `https://traces.example.org/${traceId}`;
    expect(body).to.include({ traceId, traceUrl });
  });

  describe("listing", () => {
    it("gives customers their own, and admins all", async () => {
      await gateway.call("GET", "/api/orders", { as: "alice" });
      expect(asked("listOrders")).to.include({ userId: "alice" });
      await gateway.call("GET", "/api/orders", { as: "root" });
      expect(asked("listOrders")).to.include({ userId: "" });
      await gateway.call("GET", "/api/orders/user/alice", { as: "root" });
      expect(asked("listOrders")).to.include({ userId: "alice" });
    });

    it("refuses a customer another's", async () => {
      const { status } = await gateway.call("GET", "/api/orders/user/bob", { as: "alice" });
      expect(status).to.equal(403);
      expect(gateway.fakes.received).to.deep.equal([]);
    });

    it("understands what others call the states", async () => {
      const names = {
        PENDING: OrderState.PENDING,
        CREATED: OrderState.PENDING,
        ORDER_CREATED: OrderState.PENDING,
        PAID: OrderState.CONFIRMED,
        ORDER_PROCESSING: OrderState.PROCESSING,
        SHIPPED: OrderState.SHIPPED,
      };
      for (const [name, state] of Object.entries(names)) {
        await gateway.call("GET", `/api/orders?status=${name}`, { as: "alice" });
        expect(asked("listOrders")).to.include({ state });
      }
      const unknown = await gateway.call("GET", "/api/orders?status=LOST", { as: "alice" });
      expect(unknown.status).to.equal(400);
    });

    it("leads to the next page by a Link header, which keeps the filters", async () => {
      gateway.fakes.on("listOrders", ({ pageToken }: { pageToken: string }) => ({
        orders: [order()],
        nextPageToken: pageToken === "" ? "a/b+c=" : "",
      }));
      const path = "/api/orders?status=PENDING&pageSize=1";
      const first = await gateway.call("GET", path, { as: "alice" });
      const next = /^<(.+)>; rel="next"$/.exec(first.headers.get("link") ?? "")?.[1] ?? "";
      const second = await gateway.call("GET", next, { as: "alice" });
      expect(asked("listOrders")).to.include({ pageToken: "a/b+c=", pageSize: 1 });
      expect(asked("listOrders")).to.include({ state: OrderState.PENDING });
      expect(second.headers.get("link")).to.equal(null);
    });
  });

  describe("cancelling", () => {
    const cancel = (as: string, body?: object) =>
      gateway.call("POST", "/api/orders/o-1/cancel", { as, body });

    it("is done as a customer, an admin or a coordinator, by role", async () => {
      const actors = {
        alice: { kind: ActorKind.CUSTOMER, id: "alice" },
        root: { kind: ActorKind.ADMIN, id: "root" },
        coordinator: { kind: ActorKind.COORDINATOR, id: "coordinator" },
      };
      for (const [as, actor] of Object.entries(actors)) {
        const { status } = await cancel(as, { reason: "changed my mind" });
        expect(status).to.equal(200);
        expect(asked("cancelOrder")).to.deep.include({ actor, reason: "changed my mind" });
      }
    });

    it("needs no body, even where its type is announced", async () => {
      const headers = { "content-type": "application/json" };
      const { status } = await gateway.call("POST", "/api/orders/o-1/cancel", {
        as: "alice",
        headers,
      });
      expect(status).to.equal(200);
    });

    it("is refused when it is too late, to the letter", async () => {
      gateway.fakes.failWith(
        refuse.failedPrecondition(
          ErrorReason.NOT_CANCELLABLE,
          "Order cannot be cancelled. Current status: SHIPPED",
        ),
      );
      const { status, body } = await cancel("alice");
      expect(status).to.equal(400);
      expect(body).to.deep.include({
        error: "Order cannot be cancelled. Current status: SHIPPED",
        status: 400,
        reason: "NOT_CANCELLABLE",
        fields: [],
      });
    });
  });

  describe("the status by hand", () => {
    const put = (status: string) =>
      gateway.call("PUT", "/api/orders/o-1/status", { as: "root", body: { status } });

    it("confirms and cancels as the admin that asks", async () => {
      const actor = { kind: ActorKind.ADMIN, id: "root" };
      for (const status of ["CONFIRMED", "PAID"]) {
        expect((await put(status)).body).to.include({ status: "CONFIRMED" });
        expect(asked("confirmOrder")).to.deep.equal({ orderId: "o-1", actor });
      }
      expect((await put("CANCELLED")).body).to.include({ status: "CANCELLED" });
      expect(asked("cancelOrder")).to.deep.equal({ orderId: "o-1", actor, reason: "" });
    });

    it("never enters what services enter", async () => {
      for (const status of ["PENDING", "CREATED", "PROCESSING", "SHIPPED", "DELIVERED"]) {
        const { status: code, body } = await put(status);
        expect(code).to.equal(409);
        expect(body).to.include({ reason: "DRIVEN_BY_SERVICE", status: 409 });
      }
      expect(gateway.fakes.received).to.deep.equal([]);
    });
  });

  describe("as a TCC participant", () => {
    it("tries with an end, and asks to come again while it is pending", async () => {
      const body = { order: { orderId: "o-1", userId: "alice", items } };
      const expiresAt = "2026-01-02T03:04:05Z";
      await gateway.call("POST", "/api/orders/try", { as: "root", body: { ...body, expiresAt } });
      const request = asked("tryOrder") as { expiresAt: Date; order: object };
      expect(request.expiresAt.toISOString()).to.equal("2026-01-02T03:04:05.000Z");
      expect(request.order).to.include({ orderId: "o-1", userId: "alice" });
      gateway.fakes.failWith(refuse.unavailable(ErrorReason.TRY_PENDING, "Not yet", 2_000));
      const pending = await gateway.call("POST", "/api/orders/try", { as: "coordinator", body });
      expect(pending.status).to.equal(503);
      expect(pending.headers.get("retry-after")).to.equal("2");
      expect(pending.body).to.include({ reason: "TRY_PENDING" });
    });
  });

  describe("reading one", () => {
    const get = (as: string, orderId: string) =>
      gateway.call("GET", `/api/orders/${orderId}`, { as });
    const reads = () => gateway.fakes.received.filter(({ method }) => method === "getOrder").length;

    it("is answered from memory to the same caller, and never to another", async () => {
      await get("alice", "cached");
      await get("alice", "cached");
      expect(reads()).to.equal(1);
      await get("bob", "cached");
      await get("root", "cached");
      expect(reads()).to.equal(3);
    });

    it("sees one's own cancel at once, and so does everybody", async () => {
      await get("alice", "own-write");
      await get("root", "own-write");
      await gateway.call("POST", "/api/orders/own-write/cancel", { as: "alice" });
      const cancelled = order({ state: OrderState.CANCELLED });
      gateway.fakes.on("getOrder", () => ({ order: cancelled }));
      expect((await get("alice", "own-write")).body).to.include({ status: "CANCELLED" });
      expect((await get("root", "own-write")).body).to.include({ status: "CANCELLED" });
    });

    it("does not remember what is not there, and counts its hits", async () => {
      gateway.fakes.failWith(refuse.notFound(ErrorReason.ORDER_NOT_FOUND, "No"));
      await get("alice", "missing");
      expect((await get("alice", "missing")).status).to.equal(404);
      expect(reads()).to.equal(2);
      expect(gateway.orderCache.hitRatio).to.be.within(0.01, 0.99);
    });
  });
});
