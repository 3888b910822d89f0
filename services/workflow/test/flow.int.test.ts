import { deadLettersStream, orderEventType, orderSubject } from "@waybill/contracts/events";
import { OrderEvent, OrderState } from "@waybill/contracts/status";
import { connectMessaging, type Messaging } from "@waybill/messaging";
import { type NatsServer, startNats, testFolder, testServers } from "@waybill/stack";
import { expect } from "chai";
import { readProcesses } from "../src/db/readProcesses.ts";
import { eventually } from "./support/eventually.ts";
import {
  logger,
  nudge,
  publishFrom,
  type Replica,
  type ReplicaOptions,
  startReplica,
} from "./support/replica.ts";
import { World } from "./support/world.ts";

const { PENDING, CONFIRMED, PROCESSING, SHIPPED, DELIVERED, CANCELLED } = OrderState;

describe("an order's way through the workflow", () => {
  let nats: NatsServer;
  let messaging: Messaging;
  let world: World;
  let databaseUrl: string;
  let replicas: Replica[] = [];
  let count = 0;

  before(async () => {
    nats = await startNats({ dataDir: testFolder("workflow-nats") });
    messaging = await connectMessaging({ url: nats.url, name: "test", logger });
  });
  after(async () => {
    await messaging[Symbol.asyncDispose]();
    await nats.stop();
  });
  beforeEach(async () => {
    world = new World();
    await publishFrom(world, messaging);
    databaseUrl = await (await testServers()).databaseUrl("workflow");
  });
  afterEach(async () => {
    await Promise.all(replicas.map((replica) => replica[Symbol.asyncDispose]()));
    replicas = [];
  });

  /** The durables outlive each test; orders of earlier tests are nobody's any more. */
  const nextId = (name: string): string => `${name}-${++count}`;
  const start = async (options: Partial<ReplicaOptions> = {}): Promise<Replica> => {
    const replica = await startReplica({ world, databaseUrl, natsUrl: nats.url, ...options });
    replicas.push(replica);
    return replica;
  };
  const stop = async (replica: Replica) => {
    replicas = replicas.filter((each) => each !== replica);
    await replica[Symbol.asyncDispose]();
  };
  const processes = ({ db }: Replica) =>
    readProcesses(db, { state: undefined, step: undefined }, undefined, 500);
  const reaches = (orderId: string, state: OrderState) =>
    eventually(`${orderId} in state ${state}`, () => world.stateOf(orderId) === state);
  const isForgotten = (replica: Replica) =>
    eventually("no process is left", async () => (await processes(replica)).length === 0);
  const waits = (replica: Replica, facts: Record<string, unknown>) =>
    eventually(`a process with ${JSON.stringify(facts)}`, async () =>
      (await processes(replica)).some((process) =>
        Object.entries(facts).every(
          ([key, value]) => process[key as keyof typeof process] === value,
        ),
      ),
    );

  it("leads to PROCESSING, with stock deducted and payment captured, and leaves no row", async () => {
    const replica = await start();
    const orderId = nextId("ordinary");
    world.place({ orderId });
    await reaches(orderId, PROCESSING);
    expect(world.fencesOf(orderId)).to.equal("CONFIRMED CONFIRMED");
    expect(await processes(replica)).to.deep.equal([]);
  });

  it("reserves stock of a deferred order, records its prices and goes on", async () => {
    await start();
    const orderId = nextId("deferred");
    world.place({ orderId, deferred: true });
    await reaches(orderId, PROCESSING);
    expect(world.order(orderId).priced).to.equal(true);
    expect(world.order(orderId).status.total?.minorUnits).to.equal(1_000n);
  });

  for (const [name, placing, reason] of [
    ["a declined payment", { paymentMethod: "pm_declined" }, "PAYMENT_DECLINED"],
    ["missing stock", { deferred: true, itemId: "sold-out" }, "OUT_OF_STOCK"],
    ["an unknown item", { deferred: true, itemId: "unknown" }, "ITEM_NOT_FOUND"],
    ["mixed currencies", { deferred: true, itemId: "mixed" }, "MIXED_CURRENCIES"],
    ["DECIDE_BY", { placedAt: new Date(Date.now() - 61_000) }, "TIMED_OUT"],
    ["the coordinator's expiry", { expiresAt: new Date(Date.now() - 1) }, "EXPIRED"],
  ] as const) {
    it(`ends by ${name}, with nothing held`, async () => {
      const replica = await start();
      const orderId = nextId("ended");
      world.place({ orderId, ...placing });
      await reaches(orderId, CANCELLED);
      expect(world.reasonOf(orderId)).to.equal(reason);
      await eventually("nothing is held", () => world.fencesOf(orderId) === "CANCELLED CANCELLED");
      await isForgotten(replica);
    });
  }

  it("waits for a pending payment until the provider's answer", async () => {
    const replica = await start();
    const orderId = nextId("pending");
    world.place({ orderId, paymentMethod: "pm_pending" });
    await waits(replica, { step: "TRY", lastReason: "PAYMENT_PENDING" });
    world.order(orderId).payment = "TRIED";
    await nudge(messaging, orderId);
    await reaches(orderId, PROCESSING);
    await isForgotten(replica);
  });

  it("waits for the end of the cancellation window, also across a restart", async () => {
    const first = await start({ windowMs: 1_000 });
    const orderId = nextId("window");
    const { placedAt } = world.place({ orderId });
    await waits(first, { step: "DECIDE", state: "WAITING" });
    await stop(first);
    expect(world.stateOf(orderId)).to.equal(PENDING);
    const second = await start({ windowMs: 1_000 });
    await reaches(orderId, PROCESSING);
    expect(Date.now() - (placedAt?.getTime() ?? 0)).to.be.at.least(1_000);
    await isForgotten(second);
  });

  it("is cancelled within its window by the customer", async () => {
    const replica = await start({ windowMs: 60_000 });
    const orderId = nextId("cancelled");
    world.place({ orderId });
    await waits(replica, { step: "DECIDE" });
    expect(world.move(orderId, PENDING, CANCELLED, "CANCELLED_BY_CUSTOMER")).to.equal(true);
    await eventually("nothing is held", () => world.fencesOf(orderId) === "CANCELLED CANCELLED");
    await isForgotten(replica);
  });

  it("is decided once when cancel and confirm race", async () => {
    const replica = await start();
    const ids = Array.from({ length: 40 }, () => nextId("race"));
    world.before = (call) => {
      // The customer is faster with every second order, after its Tries and before the decision.
      if (call !== "batchUpdateStatuses") return;
      ids.forEach((id, index) => {
        if (index % 2 === 0 && world.orders.has(id))
          world.move(id, PENDING, CANCELLED, "BY_CUSTOMER");
      });
    };
    for (const orderId of ids) world.place({ orderId });
    const isSettled = (id: string, index: number) =>
      index % 2 === 0
        ? world.fencesOf(id) === "CANCELLED CANCELLED" && world.stateOf(id) === CANCELLED
        : world.fencesOf(id) === "CONFIRMED CONFIRMED" && world.stateOf(id) === PROCESSING;
    await eventually("each is settled by its one decision", () => ids.every(isSettled));
    await isForgotten(replica);
  });

  it("waits for a callee that is down, without being hot, and goes on when it is back", async () => {
    const replica = await start();
    world.down.add("payment");
    const ids = Array.from({ length: 100 }, () => nextId("down"));
    for (const orderId of ids) world.place({ orderId });
    await eventually("all wait", async () => (await processes(replica)).length === ids.length);
    expect((await processes(replica))[0]).to.include({
      step: "TRY",
      lastReason: "CALLEE_UNAVAILABLE",
      lastError: "TryPayment: payment does not answer",
    });
    expect(world.calls.filter((call) => call === "payment.batchTryPayments").length).to.be.below(
      50,
    );
    world.down.clear();
    await eventually("all go on", () => ids.every((id) => world.stateOf(id) === PROCESSING));
    await isForgotten(replica);
  });

  it("is listed as stuck when it has failed for long, and resumes by itself", async () => {
    const replica = await start({ stuckAfterMs: 150 });
    const orderId = nextId("long");
    world.down.add("item");
    world.place({ orderId });
    world.order(orderId).status.tried = true;
    await waits(replica, { step: "CONFIRM", state: "STUCK", lastReason: "CALLEE_UNAVAILABLE" });
    world.down.clear();
    await reaches(orderId, PROCESSING);
    await isForgotten(replica);
  });

  it("is listed as stuck at once when a Confirm is refused for good, and money is not taken", async () => {
    const replica = await start();
    const orderId = nextId("lost");
    world.place({ orderId, paymentMethod: "pm_lost" });
    await waits(replica, { step: "CONFIRM", state: "STUCK", lastReason: "AUTHORIZATION_LOST" });
    expect(world.stateOf(orderId)).to.equal(CONFIRMED);
    expect(world.fencesOf(orderId)).to.equal("CONFIRMED TRIED");
    world.order(orderId).paymentMethod = "pm_ok"; // Help from outside.
    await reaches(orderId, PROCESSING);
    await isForgotten(replica);
  });

  it("is not held up by one in its batch that cannot be recorded, which is given up", async () => {
    await messaging.ensureStream(deadLettersStream);
    const [before, poison, after] = ["before", "poison", "after"].map(nextId) as [
      string,
      string,
      string,
    ];
    const pending = (orderId: string) => world.place({ orderId, paymentMethod: "pm_pending" });
    pending(before);
    const { publish } = world;
    world.publish = () => {};
    const event = pending(poison);
    world.publish = publish;
    await messaging.publish({
      subject: orderSubject("placed", poison),
      type: orderEventType("placed"),
      id: `${poison}.1`,
      source: "status",
      time: new Date(),
      data: OrderEvent.encode(event).finish(),
      traceparent: "00-".padEnd(55, "\0"), // PostgreSQL cannot store NUL in text.
      publication: 1,
    });
    pending(after);
    const replica = await start();
    await eventually("its neighbours are recorded", async () => {
      const waiting = (await processes(replica)).map(({ order }) => order.orderId);
      return [before, after].every((orderId) => waiting.includes(orderId));
    });
    await eventually("it is given up", async () => {
      const { deadLetters } = await messaging.deadLetters.list({ limit: 10 });
      return deadLetters.some(
        ({ eventId, reason }) => eventId === `${poison}.1` && reason === "HANDLING_FAILED",
      );
    });
  });

  it("is cancelled on both sides, however long one of them takes", async () => {
    const replica = await start({ windowMs: 60_000 });
    const orderId = nextId("half");
    world.place({ orderId });
    await waits(replica, { step: "DECIDE" });
    world.down.add("payment");
    world.move(orderId, PENDING, CANCELLED);
    await waits(replica, { step: "CANCEL", lastReason: "CALLEE_UNAVAILABLE" });
    expect(world.fencesOf(orderId)).to.equal("CANCELLED TRIED");
    world.down.clear();
    await eventually("nothing is held", () => world.fencesOf(orderId) === "CANCELLED CANCELLED");
    await isForgotten(replica);
  });

  it("waits for its coordinator, and goes on by the coordinator's decision", async () => {
    const replica = await start();
    const orderId = nextId("coordinated");
    world.place({ orderId, expiresAt: new Date(Date.now() + 60_000) });
    await waits(replica, { step: "DECIDE", state: "WAITING" });
    expect(world.order(orderId).status).to.include({ state: PENDING, tried: true });
    world.move(orderId, PENDING, CONFIRMED);
    await reaches(orderId, PROCESSING);
    await isForgotten(replica);
  });

  it("is cancelled when its coordinator never decides", async () => {
    const replica = await start();
    const orderId = nextId("expiring");
    world.place({ orderId, expiresAt: new Date(Date.now() + 500) });
    await waits(replica, { step: "DECIDE" });
    await reaches(orderId, CANCELLED);
    expect(world.reasonOf(orderId)).to.equal("EXPIRED");
    await isForgotten(replica);
  });

  it("is listed while it hangs in shipping, and forgotten when it is delivered", async () => {
    const replica = await start({ stuckAfterMs: 100 });
    const orderId = nextId("hanging");
    world.place({ orderId });
    await reaches(orderId, PROCESSING);
    world.announce(orderId, 2);
    await waits(replica, { step: "FULFIL", state: "STUCK", lastReason: "NOT_SHIPPED" });
    world.move(orderId, PROCESSING, SHIPPED);
    await waits(replica, { step: "FULFIL", lastReason: "NOT_DELIVERED" });
    world.move(orderId, SHIPPED, DELIVERED);
    await isForgotten(replica);
  });

  it("is not listed when an event from before it was delivered comes again", async () => {
    const replica = await start({ stuckAfterMs: 0 });
    const orderId = nextId("delivered");
    world.place({ orderId });
    await reaches(orderId, PROCESSING);
    const old = world.announce(orderId);
    world.move(orderId, PROCESSING, SHIPPED);
    world.move(orderId, SHIPPED, DELIVERED);
    const passMarker = async () => {
      const marker = nextId("marker");
      world.place({ orderId: marker, paymentMethod: "pm_declined" });
      await reaches(marker, CANCELLED);
    };
    await passMarker();
    const listed: unknown[] = [];
    world.before = async (call) => {
      if (call === "batchGetStatuses") listed.push(...(await processes(replica)));
    };
    world.publish(old, 2);
    await passMarker();
    await eventually("its status is asked for", () =>
      world.calls.includes("status.batchGetStatuses"),
    );
    expect([...listed, ...(await processes(replica))]).to.deep.equal([]);
  });

  it("keeps its schedule when it is announced again while it waits", async () => {
    const replica = await start({ windowMs: 60_000 });
    const orderId = nextId("again");
    world.place({ orderId });
    await waits(replica, { step: "DECIDE" });
    const before = await processes(replica);
    const marker = nextId("marker");
    world.announce(orderId, 2);
    world.place({ orderId: marker, paymentMethod: "pm_declined" });
    await reaches(marker, CANCELLED);
    const [after] = (await processes(replica)).filter(({ order }) => order.orderId === orderId);
    expect(after).to.deep.equal(before[0]);
  });
});
