import { ROOT_CONTEXT } from "@opentelemetry/api";
import { backoff } from "@waybill/chassis";
import { ErrorReason } from "@waybill/contracts/errors";
import { type OrderEvent, OrderState } from "@waybill/contracts/status";
import type { Received } from "@waybill/messaging";
import { sql, UnavailableError } from "@waybill/persistence";
import { refuse } from "@waybill/rpc";
import { testServers } from "@waybill/stack";
import { expect } from "chai";
import { handleNews } from "../src/app/handleNews.ts";
import { handleNudges } from "../src/app/handleNudges.ts";
import { readProcesses } from "../src/db/readProcesses.ts";
import { recordProcesses, rescheduleProcesses } from "../src/db/recordProcesses.ts";
import { claimDue, earliestDue, nudgeTries } from "../src/db/takeProcesses.ts";
import type { News } from "../src/domain/news.ts";
import type { Process } from "../src/domain/process.ts";
import { toNews } from "../src/events/toNews.ts";
import { eventually } from "./support/eventually.ts";
import { openTable, type Replica, type ReplicaOptions, startReplica } from "./support/replica.ts";
import { type Placing, World } from "./support/world.ts";

const { PENDING, CONFIRMED, PROCESSING, DELIVERED, CANCELLED } = OrderState;

const claimedUntil = sql("test_claimed_until", "select claimed_until from processes");

/** An event as the consumer hands it over. */
const received = (event: OrderEvent, publication = 1): News =>
  toNews({
    event,
    id: `${event.orderId}.${event.version}`,
    publication,
    subject: "orders.v1.any",
    sequence: 1n,
    deliveries: 1,
    context: ROOT_CONTEXT,
    traceparent: "",
  } satisfies Received<OrderEvent>);

describe("a batch of news", () => {
  let world: World;
  let databaseUrl: string;
  let replicas: Replica[] = [];
  let published: OrderEvent[];

  beforeEach(async () => {
    world = new World();
    published = [];
    world.publish = (event) => void published.push(event);
    databaseUrl = await (await testServers()).databaseUrl("workflow");
  });
  afterEach(async () => {
    await Promise.all(replicas.map((replica) => replica[Symbol.asyncDispose]()));
    replicas = [];
  });

  const start = async (options: Partial<ReplicaOptions> = {}): Promise<Replica> => {
    const replica = await startReplica({ world, databaseUrl, ...options });
    replicas.push(replica);
    return replica;
  };
  const processes = ({ db }: Replica) =>
    readProcesses(db, { state: undefined, step: undefined }, undefined, 500);
  const many = (n: number, name: string, placing: Omit<Placing, "orderId"> = {}) =>
    Array.from({ length: n }, (_, index) => `${name}-${index}`).map((orderId) => {
      world.place({ orderId, ...placing });
      return orderId;
    });
  const newsOf = (ids: readonly string[], publication = 1) =>
    ids.map((id) => received(world.announce(id), publication));

  it("is worked on with a handful of calls, whatever it holds", async () => {
    const replica = await start({ windowMs: 0 });
    const ids = [
      ...many(20, "held"),
      ...many(20, "deferred", { deferred: true }),
      ...many(5, "sold-out", { deferred: true, itemId: "sold-out" }),
      ...many(5, "declined", { paymentMethod: "pm_declined" }),
      ...many(5, "pending", { paymentMethod: "pm_pending" }),
      ...many(5, "late", { placedAt: new Date(Date.now() - 61_000) }),
      ...many(5, "coordinated", { expiresAt: new Date(Date.now() + 60_000) }),
      ...many(5, "expired", { expiresAt: new Date(Date.now() - 1) }),
    ];
    const confirmed = many(30, "confirmed");
    const cancelled = many(30, "cancelled");
    const delivered = many(10, "delivered");
    for (const id of confirmed) {
      world.order(id).payment = "TRIED";
      world.move(id, PENDING, CONFIRMED);
    }
    for (const id of cancelled) world.move(id, PENDING, CANCELLED);
    for (const id of delivered) Object.assign(world.order(id).status, { state: DELIVERED });
    const unrecorded = await handleNews(
      replica.workflow,
      newsOf([...ids, ...confirmed, ...cancelled, ...delivered]),
    );
    expect([...unrecorded]).to.deep.equal([]);
    const calls = world.calls.filter((call) => call !== "status.batchGetStatuses");
    expect(calls.toSorted()).to.deep.equal([
      "item.batchCancelReservations",
      "item.batchConfirmReservations",
      "item.batchTryReservations",
      "order.batchGetOrders",
      "order.batchRecordPrices",
      "payment.batchCancelPayments",
      "payment.batchConfirmPayments",
      "payment.batchTryPayments",
      "status.batchMarkTried",
      "status.batchUpdateStatuses",
      "status.batchUpdateStatuses",
    ]);
    const stateOf = (name: string) => world.stateOf(`${name}-4`);
    expect(["held", "deferred"].map(stateOf)).to.deep.equal([CONFIRMED, CONFIRMED]);
    expect(["sold-out", "declined", "late", "expired"].map(stateOf)).to.deep.equal(
      Array(4).fill(CANCELLED),
    );
    expect(["pending", "coordinated"].map(stateOf)).to.deep.equal([PENDING, PENDING]);
    expect(confirmed.every((id) => world.stateOf(id) === PROCESSING)).to.equal(true);
    expect(cancelled.every((id) => world.fencesOf(id) === "CANCELLED CANCELLED")).to.equal(true);
    const waiting = (await processes(replica)).map(({ step }) => step);
    expect(waiting.toSorted()).to.deep.equal([...Array(5).fill("DECIDE"), ...Array(5).fill("TRY")]);
  });

  it("is not worked on again for orders that have moved on, when the stream was lost and all of it comes again", async () => {
    const replica = await start({ windowMs: 60_000 });
    const moved = many(20, "moved");
    const stale = newsOf(moved, 2);
    for (const id of moved) world.move(id, PENDING, CONFIRMED);
    const confirmed = newsOf(moved, 2);
    for (const id of moved) world.move(id, CONFIRMED, PROCESSING);
    const open = many(3, "open");
    await handleNews(replica.workflow, stale);
    await handleNews(replica.workflow, confirmed);
    expect([...new Set(world.calls)]).to.deep.equal(["status.batchGetStatuses"]);
    await handleNews(replica.workflow, newsOf(open, 2));
    expect((await processes(replica)).map(({ order }) => order.orderId)).to.have.members(open);
  });

  it("keeps each order in its own trace, in every call and in the table", async () => {
    const replica = await start({ windowMs: 300 });
    const traceparents = new Map<string, Set<unknown>>();
    const { callees } = replica.workflow;
    for (const service of [callees.item, callees.payment, callees.status, callees.order]) {
      for (const [name, call] of Object.entries(service)) {
        const spy = (request: { requests?: { traceparent?: string }[] }, options: unknown) => {
          const seen = traceparents.get(name) ?? traceparents.set(name, new Set()).get(name);
          for (const { traceparent } of request.requests ?? []) seen?.add(traceparent);
          return (call as (...parameters: unknown[]) => unknown)(request, options);
        };
        Object.assign(service, { [name]: spy });
      }
    }
    const traced = (id: string, traceparent: string): News => {
      const news = received(world.announce(id));
      return { ...news, order: { ...news.order, traceparent } };
    };
    const both = (ids: readonly string[]) => ids.map((id, index) => traced(id, `trace-${index}`));
    const ids = many(2, "order", { deferred: true });
    await handleNews(replica.workflow, both(ids));
    await eventually("decided", () => ids.every((id) => world.stateOf(id) === CONFIRMED));
    await handleNews(replica.workflow, both(ids));
    const cancelled = many(2, "cancelled");
    for (const id of cancelled) world.move(id, PENDING, CANCELLED);
    await handleNews(replica.workflow, both(cancelled));
    traceparents.delete("batchGetOrders"); // It names orders only.
    expect(traceparents.size).to.equal(9);
    for (const seen of traceparents.values()) {
      expect([...seen]).to.have.members(["trace-0", "trace-1"]);
    }
  });

  it("takes only the latest news of an order", async () => {
    const replica = await start();
    const [id = ""] = many(1, "order");
    world.move(id, PENDING, CANCELLED);
    await handleNews(
      replica.workflow,
      published.map((event) => received(event)),
    );
    expect(world.calls.toSorted()).to.deep.equal([
      "item.batchCancelReservations",
      "payment.batchCancelPayments",
    ]);
  });

  it("costs no call for orders that wait already and are announced again", async () => {
    const replica = await start({ windowMs: 60_000 });
    const ids = many(10, "order");
    await handleNews(replica.workflow, newsOf(ids));
    const before = await processes(replica);
    world.calls.length = 0;
    await handleNews(replica.workflow, newsOf(ids, 2));
    expect(world.calls).to.deep.equal([]);
    expect(await processes(replica)).to.deep.equal(before);
  });

  it("fails one by one when one element spoils a call for all", async () => {
    const replica = await start();
    const ids = many(16, "order");
    const { batchTryPayments } = replica.workflow.callees.payment;
    replica.workflow.callees.payment.batchTryPayments = async (request, options) => {
      const isSpoilt = request.requests?.some(({ transactionId }) => transactionId === "order-7");
      if (isSpoilt) throw refuse.invalidField("requests[7].amount", "must be given");
      return batchTryPayments(request, options);
    };
    await handleNews(replica.workflow, newsOf(ids));
    expect(ids.filter((id) => world.stateOf(id) !== CONFIRMED)).to.deep.equal(["order-7"]);
    const [process] = await processes(replica);
    expect(process).to.include({ step: "TRY", state: "STUCK", lastReason: "INVALID_FIELD" });
  });

  it("records also such words of a callee as PostgreSQL cannot store, and goes on by them", async () => {
    const replica = await start();
    const [orderId = ""] = many(1, "order");
    let refusals = 0;
    world.before = (call) => {
      if (call !== "batchTryPayments" || refusals === 2) return;
      refusals += 1;
      throw refuse.unavailable(ErrorReason.CALLEE_UNAVAILABLE, "the provider says \0", 50);
    };
    await handleNews(replica.workflow, newsOf([orderId]));
    const [process] = await processes(replica);
    expect(process?.lastError).to.equal("TryPayment: the provider says \uFFFD");
    await eventually("it is decided", () => world.stateOf(orderId) === CONFIRMED);
    await eventually("no process is left", async () => (await processes(replica)).length === 0);
  });

  it("must come again only for what could not be recorded", async () => {
    const replica = await start();
    const ids = [...many(2, "fine"), ...many(2, "pending", { paymentMethod: "pm_pending" })];
    const news = newsOf(ids);
    const broken = { ...replica.workflow, db: { rows: fail, run: fail } };
    expect([...(await handleNews(broken, news))]).to.deep.equal(["pending-0", "pending-1"]);
    expect(world.stateOf("fine-0")).to.equal(CONFIRMED);
  });
  const fail = async (): Promise<never> => {
    throw new UnavailableError("the database is down");
  };

  it("leaves nothing behind when the provider's answer overtakes the record of the wait", async () => {
    const replica = await start();
    const [orderId = ""] = many(1, "order", { paymentMethod: "pm_pending" });
    let overtaken = false;
    world.afterTryPayments = async () => {
      if (overtaken) return;
      overtaken = true; // The first pass has been told PENDING and has not recorded it yet.
      world.order(orderId).payment = "TRIED";
      await handleNudges(replica.workflow, [{ orderId, traceparent: "" }]);
      expect(world.stateOf(orderId)).to.equal(CONFIRMED);
    };
    await handleNews(replica.workflow, newsOf([orderId]));
    await eventually("no process is left", async () => (await processes(replica)).length === 0);
    expect(world.stateOf(orderId)).to.equal(CONFIRMED);
  });

  it("is shared by replicas: each order that falls due is decided once", async () => {
    const options = { windowMs: 300 };
    const [first, second] = [await start(options), await start(options)];
    const ids = many(400, "order");
    await handleNews(first.workflow, newsOf(ids.slice(0, 200)));
    await handleNews(second.workflow, newsOf(ids.slice(200)));
    await eventually("all are decided", () => ids.every((id) => world.stateOf(id) === CONFIRMED));
    const decided = published.filter(({ to }) => to === CONFIRMED);
    expect(decided).to.have.lengthOf(ids.length);
    await eventually("no process is left", async () => (await processes(first)).length === 0);
  });

  it("comes back when the replica that took it up has died", async () => {
    const now = new Date();
    many(1, "order");
    world.order("order-0").status.tried = true;
    await using db = await openTable(databaseUrl);
    await recordProcesses(db, [waiting("order-0", now)]);
    const leaseMs = 400;
    const leaseEnd = new Date(now.getTime() + leaseMs);
    expect(await claimDue(db, "DECIDE", now, leaseEnd, 10)).to.have.lengthOf(1); // And then it dies.
    const other = await start();
    await eventually("another decides it", () => world.stateOf("order-0") === CONFIRMED);
    expect(Date.now() - now.getTime()).to.be.at.least(leaseMs);
    await eventually("no process is left", async () => (await processes(other)).length === 0);
  });

  it("keeps what it works on, however long that takes", async () => {
    const leaseMs = 300;
    const gate = Promise.withResolvers<void>();
    world.place({ orderId: "order-0" });
    world.order("order-0").payment = "TRIED";
    world.move("order-0", PENDING, CONFIRMED);
    world.before = (call) => (call === "batchConfirmPayments" ? gate.promise : undefined);
    await start({ leaseMs });
    await using db = await openTable(databaseUrl);
    await recordProcesses(db, [waiting("order-0", new Date(), { step: "CONFIRM" })]);
    await start({ leaseMs });
    const claimEnd = async () => {
      const [row] = await db.rows<{ claimed_until: Date | null }>(claimedUntil);
      return row?.claimed_until?.getTime() ?? 0;
    };
    await eventually("it is claimed", async () => (await claimEnd()) > 0);
    const first = await claimEnd();
    await eventually("and prolonged twice", async () => (await claimEnd()) > first + leaseMs);
    gate.resolve();
    await eventually("it goes on", () => world.stateOf("order-0") === PROCESSING);
    expect(world.calls.filter((call) => call === "payment.batchConfirmPayments")).to.have.length(1);
  });

  it("resumes by itself within the longest pause once the causes are gone", async () => {
    const capMs = 400;
    const pause = () => backoff(9, { firstMs: 20, capMs });
    const retries = { delayMs: pause, refusedDelayMs: pause, stuckAfterMs: 100 };
    const replica = await start({ retries });
    for (const orderId of ["lost", "captured-late", "cancelled"]) world.place({ orderId });
    world.order("lost").paymentMethod = "pm_lost";
    for (const orderId of ["lost", "captured-late"]) {
      world.order(orderId).payment = "TRIED";
      world.move(orderId, PENDING, CONFIRMED);
    }
    world.move("cancelled", PENDING, CANCELLED);
    world.down.add("item");
    await handleNews(
      replica.workflow,
      published.slice(-3).map((event) => received(event)),
    );
    const untilStuck = (reasons: readonly string[]) =>
      eventually(`stuck: ${reasons}`, async () => {
        const stuck = (await processes(replica)).filter(({ state }) => state === "STUCK");
        return stuck.map(({ lastReason }) => lastReason).join() === reasons.join();
      });
    await untilStuck(Array(3).fill("CALLEE_UNAVAILABLE"));
    world.down.delete("item");
    await untilStuck(["AUTHORIZATION_LOST"]); // Refused for good: only help from outside changes that.
    const [refused] = await processes(replica);
    expect(refused).to.deep.include({ step: "CONFIRM", state: "STUCK" });
    expect(refused?.lastError).to.include("ConfirmPayment");
    expect(refused?.attempts).to.be.greaterThan(1);
    world.order("lost").paymentMethod = "pm_ok";
    const [due] = await processes(replica);
    expect(due?.nextAt.getTime()).to.be.at.most(Date.now() + capMs);
    await eventually("nothing is left", async () => (await processes(replica)).length === 0);
    expect(world.fencesOf("lost")).to.equal("CONFIRMED CONFIRMED");
    expect(world.fencesOf("cancelled")).to.equal("CANCELLED CANCELLED");
  });

  const waiting = (orderId: string, nextAt: Date, change: Partial<Process> = {}): Process => ({
    order: {
      orderId,
      userId: "user-1",
      placedAt: new Date(Date.now() - 1_000),
      reservationMode: "HELD",
      expiresAt: undefined,
      traceparent: "",
    },
    step: "DECIDE",
    state: "WAITING",
    since: nextAt,
    nextAt,
    attempts: 0,
    failingSince: undefined,
    lastError: "",
    lastReason: "",
    ...change,
  });

  it("never takes a process back to an earlier step", async () => {
    const replica = await start();
    const later = new Date(Date.now() + 60_000);
    await recordProcesses(replica.db, [waiting("order", later, { step: "CANCEL" })]);
    await recordProcesses(replica.db, [waiting("order", later, { step: "TRY" })]);
    await rescheduleProcesses(replica.db, "TRY", [waiting("order", later, { step: "DECIDE" })]);
    expect((await processes(replica)).map(({ step }) => step)).to.deep.equal(["CANCEL"]);
    await recordProcesses(replica.db, [waiting("order", later, { step: "FULFIL" })]);
    expect((await processes(replica)).map(({ step }) => step)).to.deep.equal(["FULFIL"]);
  });

  it("does not lose a nudge that comes while the order is being tried", async () => {
    await using db = await openTable(databaseUrl);
    const now = new Date();
    const soon = new Date(now.getTime() + 1_000);
    const leaseEnd = new Date(now.getTime() + 30_000);
    const far = new Date(now.getTime() + 60_000);
    const tried = waiting("order", far, { step: "TRY", attempts: 1 });
    await recordProcesses(db, [waiting("order", now, { step: "TRY" })]);
    expect(await claimDue(db, "TRY", now, leaseEnd, 10)).to.have.lengthOf(1);
    expect([...(await nudgeTries(db, ["order", "other"], soon))]).to.deep.equal(["order"]);
    expect(await claimDue(db, "TRY", soon, leaseEnd, 10)).to.have.lengthOf(0); // It is under way.
    await rescheduleProcesses(db, "TRY", [tried]);
    expect(await earliestDue(db, "TRY", soon)).to.deep.equal(soon);
    expect(await claimDue(db, "TRY", soon, leaseEnd, 10)).to.have.lengthOf(1);
    await rescheduleProcesses(db, "TRY", [tried]);
    expect(await earliestDue(db, "TRY", soon)).to.deep.equal(far);
  });
});
