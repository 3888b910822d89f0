import { ErrorReason } from "@waybill/contracts/errors";
import { CreateOrderRequest } from "@waybill/contracts/order";
import { type CreateStatusResult, OrderState, ReservationMode } from "@waybill/contracts/status";
import { sql } from "@waybill/persistence";
import { toFailure } from "@waybill/rpc";
import { expect } from "chai";
import { createUserDirectory } from "../src/app/userDirectory.ts";
import { placementDecoder } from "../src/rpc/requests.ts";
import { alice, holdsIn, refusal, refused, request, storedIn, until } from "./support/asking.ts";
import { logger, type Ports, type Shop, startShop } from "./support/shop.ts";

/** What the issue allows for an answer once the breaker is open. Unit: ms. */
const answeredWithinMs = 300;

describe("while a neighbour is away", () => {
  let shop: Shop;

  beforeEach(async () => {
    shop = await startShop();
    await shop.stock("pen", 100);
  });

  afterEach(() => shop[Symbol.asyncDispose]());

  /** The fastest of a few calls: this machine may have other things to do. */
  async function fastestOf<T>(tries: number, call: () => Promise<T>): Promise<number> {
    let fastest = Number.POSITIVE_INFINITY;
    for (let attempt = 0; attempt < tries; attempt++) {
      const begun = performance.now();
      await call();
      fastest = Math.min(fastest, performance.now() - begun);
    }
    return fastest;
  }

  describe("item:", () => {
    it("orders are accepted without prices, at once when the breaker is open", async () => {
      await shop.servers.item.stop();
      for (let attempt = 0; attempt < 3; attempt++) await shop.client.createOrder(request());
      const ms = await fastestOf(5, () => shop.client.createOrder(request()));
      expect(ms).to.be.below(answeredWithinMs);
      const { order } = await shop.client.createOrder(request({ requestId: "r" }));
      expect(order).to.deep.include({
        ...{ state: OrderState.PENDING, version: 1, total: undefined },
        reservationMode: ReservationMode.DEFERRED,
      });
      expect(order?.lines).to.deep.equal([
        { itemId: "pen", quantity: 1, name: "", unitPrice: undefined },
      ]);
      const { status } = await shop.statuses.getStatus({ orderId: order?.orderId ?? "" });
      expect(status).to.include({ reservationMode: ReservationMode.DEFERRED, total: undefined });

      await shop.servers.item.start();
      await until("item is found again", async () => {
        const next = await shop.client.createOrder(request());
        return next.order?.reservationMode === ReservationMode.HELD;
      });
      const again = await shop.client.createOrder(request({ requestId: "r" }));
      expect(again).to.deep.include({ order, replayed: true });
    });

    it("or refused with RetryInfo, when the fallback says so, and nothing is stored", async () => {
      await using rejecting = await shop.replica({ fallback: "reject" });
      await shop.servers.item.stop();
      // The client of this test repeats by itself what says that repeating helps: that is one call.
      const call = rejecting.client.createOrder(request({ requestId: "r" }));
      const { code, retryDelayMs, metadata } = await refusal(call);
      expect({ code, retryDelayMs, metadata }).to.deep.equal({
        ...{ code: 14, retryDelayMs: 1_000 },
        metadata: { callee: "item" },
      });
      expect(await storedIn(shop.db)).to.be.empty;
    });

    it("a hold whose answer was lost is found again when the order's prices are asked for", async () => {
      const lost = ({ items }: Ports): Partial<Ports> => ({
        items: {
          ...items,
          batchTryReservations: async (given) => {
            await items.batchTryReservations(given);
            await shop.servers.item.stop();
            return items.batchTryReservations(given);
          },
        },
      });
      await using replica = await shop.replica({ between: lost });
      const { order } = await replica.client.createOrder(request({ orderId: "o" }));
      expect(order?.reservationMode).to.equal(ReservationMode.DEFERRED);
      expect(await holdsIn(shop.itemDb)).to.deep.equal(["o TRIED"]);
    });
  });

  describe("item, for longer than a caller waits:", () => {
    const [gone, patient] = [new AbortController(), new AbortController()];
    const placementOf = (requestId: string, { signal }: AbortController) => {
      const given = CreateOrderRequest.fromPartial(request({ requestId }) as object);
      return placementDecoder(["pm_ok"]).decode(given, { signal });
    };
    /** Item does not answer any more, and one caller hangs up before that is known. */
    const hanging = ({ items }: Ports): Partial<Ports> => ({
      items: {
        ...items,
        batchTryReservations: async (given) => {
          await shop.servers.item.stop();
          gone.abort();
          return items.batchTryReservations(given);
        },
      },
    });

    it("the order is not stored, since it may have been refused elsewhere meanwhile", async () => {
      await using replica = await shop.replica({ between: hanging });
      const { placements } = replica.app;
      const [late, joined, other] = await Promise.all([
        placements.submit(placementOf("late", gone)),
        placements.submit(placementOf("asked-twice", gone)),
        placements.submit(placementOf("asked-twice", patient)),
      ]);
      expect(late.kind === "refused" && late.refusal.reason).to.equal(ErrorReason.OVERLOADED);
      expect([joined.kind, other.kind]).to.deep.equal(["placed", "placed"]);
      const stored = other.kind === "placed" ? other.view.order.orderId : "";
      expect(await storedIn(shop.db)).to.deep.equal([stored]);
      const again = await replica.client.createOrder(request({ requestId: "late" }));
      expect(again.replayed).to.equal(false);
    });
  });

  describe("status:", () => {
    it("orders are accepted, and announced when it is back", async () => {
      await shop.servers.status.stop();
      const { order } = await shop.client.createOrder(request({ requestId: "r" }));
      expect(order).to.include({ state: OrderState.PENDING, version: 0 });
      const again = await shop.client.createOrder(request({ requestId: "r" }));
      expect(again).to.deep.include({ order, replayed: true });
      const orderId = order?.orderId ?? "";
      expect(await refused(shop.client.getOrder({ orderId }))).to.match(/^UNAVAILABLE/);
      expect(await refused(shop.client.cancelOrder({ orderId, actor: alice }))).to.match(
        /^UNAVAILABLE/,
      );
      await shop.app.announceLeftOver(); // Never throws for that.
      await shop.servers.status.start();
      await until("it is announced", async () => {
        await shop.app.announceLeftOver();
        const { results } = await shop.statuses
          .batchGetStatuses({ orderIds: [orderId] })
          .catch(() => ({ results: [] }));
        return results[0]?.result?.$case === "response";
      });
      expect((await shop.client.getOrder({ orderId })).order?.version).to.equal(1);
    });

    it("orders that it refuses for good hold up no younger one", async () => {
      const refusing = ({ statuses }: Ports): Partial<Ports> => ({
        statuses: {
          ...statuses,
          batchCreateStatuses: async ({ requests = [] }) => ({
            results: await Promise.all(
              requests.map(async (one): Promise<CreateStatusResult> => {
                if (one.orderId?.startsWith("refused"))
                  return { result: { $case: "failure", value: toFailure(new Error("never")) } };
                const { results } = await statuses.batchCreateStatuses({ requests: [one] });
                return results[0] ?? { result: undefined };
              }),
            ),
          }),
        },
      });
      await shop.client.createOrder(request({ orderId: "pattern" }));
      await until("it is marked", async () => {
        const rows = await shop.db.rows(
          sql("test_marked", "select 1 from orders where is_announced"),
        );
        return rows.length === 1;
      });
      // One more than are announced by one call, all older than the one that status would take.
      await shop.db.run(
        sql(
          "test_unannounced",
          `insert into orders select (jsonb_populate_record(o, jsonb_build_object('order_id', id, 'is_announced', false,
             'placed_at', date_trunc('ms', now()) - case when id = 'young' then interval '10 s' else interval '1 h' end))).*
           from orders o, (select 'refused-' || n as id from generate_series(1, 257) n union all select 'young') ids`,
        ),
      );
      await using replica = await shop.replica({ between: refusing });
      await replica.app.announceLeftOver();
      const { status } = await shop.statuses.getStatus({ orderId: "young" });
      expect(status?.state).to.equal(OrderState.PENDING);
    });

    it("the content of orders is answered, and no state is guessed", async () => {
      await shop.client.createOrder(request({ orderId: "o" }));
      await until("it is marked as announced", async () => {
        const { kind } = await shop.app.views
          .submit({ orderId: "o", contentOnly: true })
          .then((found) =>
            found.kind === "found" && found.view.order.isAnnounced ? found : { kind: "" },
          );
        return kind === "found";
      });
      await shop.servers.status.stop();
      const [full, contentOnly] = await Promise.all([
        refused(shop.client.getOrder({ orderId: "o" })),
        shop.client.batchGetOrders({ orderIds: ["o", "other"], contentOnly: true }),
      ]);
      expect(full).to.match(/^UNAVAILABLE/);
      expect(contentOnly.results.map(({ result }) => result?.$case)).to.deep.equal([
        "response",
        "failure",
      ]);
      expect(await refused(shop.client.createOrder(request({ orderId: "o" })))).to.match(
        /^UNAVAILABLE/,
      );
      expect(await refused(shop.client.listOrders({}))).to.match(/^UNAVAILABLE/);
    });
  });

  describe("user:", () => {
    it("unknown users are not called so, and known ones can order", async () => {
      await shop.client.createOrder(request());
      await shop.servers.user.stop();
      const { order } = await shop.client.createOrder(request());
      expect(order?.state).to.equal(OrderState.PENDING);
      const seen = await refusal(shop.client.createOrder(request({ userId: "bob" })));
      expect(seen).to.deep.include({ code: 14, metadata: { callee: "user" } });
      expect(await holdsIn(shop.itemDb)).to.have.length(2);
    });

    it("a failure for one user says nothing about whether that user exists", async () => {
      const directory = createUserDirectory(
        {
          batchGetUsers: async () => ({
            results: [{ result: { $case: "failure", value: toFailure(new Error("no database")) } }],
          }),
        },
        logger,
      );
      const alice = { userId: "alice", traceparent: "" };
      expect([...(await directory.look([alice]))]).to.deep.equal([["alice", "unavailable"]]);
    });
  });
});
