import { deadLettersStream, orderSubject, ordersStream } from "@waybill/contracts/events";
import { OrderEvent, OrderState } from "@waybill/contracts/status";
import {
  type DeadLetter,
  DeadLetterVerdict,
  ProcessState,
  ProcessStep,
  WorkflowServiceDefinition,
} from "@waybill/contracts/workflow";
import { admitUnverified } from "@waybill/identity";
import { connectMessaging, type Messaging } from "@waybill/messaging";
import { type Client, createClient, Refusal, type RpcServer, startServer } from "@waybill/rpc";
import { type NatsServer, startNats, testFolder, testServers } from "@waybill/stack";
import { expect } from "chai";
import { summarizeProcesses } from "../src/db/readProcesses.ts";
import { recordProcesses } from "../src/db/recordProcesses.ts";
import type { Process } from "../src/domain/process.ts";
import { workflowService } from "../src/rpc/workflowService.ts";
import { eventually } from "./support/eventually.ts";
import { logger, publishFrom, type Replica, startReplica } from "./support/replica.ts";
import { World } from "./support/world.ts";

describe("the workflow's RPCs", () => {
  let nats: NatsServer;
  let messaging: Messaging;
  let replica: Replica;
  let server: RpcServer;
  let client: Client<WorkflowServiceDefinition>;
  const world = new World();

  before(async () => {
    nats = await startNats({ dataDir: testFolder("workflow-nats") });
    messaging = await connectMessaging({ url: nats.url, name: "test", logger });
    await messaging.ensureStream(deadLettersStream);
    await publishFrom(world, messaging);
    const databaseUrl = await (await testServers()).databaseUrl("workflow");
    replica = await startReplica({ world, databaseUrl, natsUrl: nats.url, windowMs: 60_000 });
    server = await startServer({
      name: "workflow",
      host: "127.0.0.1",
      port: 0,
      services: [[WorkflowServiceDefinition, workflowService(replica.workflow, messaging)]],
      authorize: admitUnverified,
      logger,
    });
    server.serve();
    const { address } = server;
    client = createClient(WorkflowServiceDefinition, { callee: "workflow", address, logger });
  });
  after(async () => {
    await client[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    await replica[Symbol.asyncDispose]();
    await messaging[Symbol.asyncDispose]();
    await nats.stop();
  });

  const later = (ms: number): Date => new Date(Date.now() + ms);
  const waiting = (orderId: string, since: Date, change: Partial<Process> = {}): Process => ({
    order: {
      orderId,
      userId: "user-1",
      placedAt: since,
      reservationMode: "HELD",
      expiresAt: undefined,
      traceparent: "",
    },
    step: "CONFIRM",
    state: "WAITING",
    since,
    nextAt: later(60_000),
    attempts: 3,
    failingSince: since,
    lastError: "ConfirmPayment: the provider has dropped it",
    lastReason: "AUTHORIZATION_LOST",
    ...change,
  });
  const refusalOf = async (call: Promise<unknown>): Promise<Refusal> => {
    const error = await call.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (error instanceof Refusal) return error;
    throw new Error("the call was not refused", { cause: error });
  };

  describe("of processes", () => {
    const since = new Date("2026-11-20T12:00:00.123Z");
    before(() =>
      recordProcesses(replica.db, [
        waiting("c", since),
        waiting("b", since, { state: "STUCK" }),
        waiting("a", new Date(since.getTime() + 1), { step: "CANCEL" }),
      ]),
    );

    it("list the longest waiting first, page by page", async () => {
      const first = await client.listProcesses({ pageSize: 2 });
      expect(first.processes.map(({ orderId }) => orderId)).to.deep.equal(["b", "c"]);
      const { nextPageToken: pageToken } = first;
      const second = await client.listProcesses({ pageSize: 2, pageToken });
      expect(second.processes.map(({ orderId }) => orderId)).to.deep.equal(["a"]);
      expect(second.nextPageToken).to.equal("");
      expect(first.processes[0]).to.deep.include({
        step: ProcessStep.CONFIRM,
        state: ProcessState.STUCK,
        since,
        attempts: 3,
        lastError: "ConfirmPayment: the provider has dropped it (AUTHORIZATION_LOST)",
      });
    });

    it("count as stuck by step, for the metric", async () => {
      const confirms = (await summarizeProcesses(replica.db)).get("CONFIRM");
      expect(confirms).to.include({ waiting: 2, stuck: 1 });
    });

    it("list by state and by step", async () => {
      const stuck = await client.listProcesses({ state: ProcessState.STUCK });
      expect(stuck.processes.map(({ orderId }) => orderId)).to.deep.equal(["b"]);
      const cancelling = await client.listProcesses({ step: ProcessStep.CANCEL });
      expect(cancelling.processes.map(({ orderId }) => orderId)).to.deep.equal(["a"]);
    });

    it("refuse a page token of other filters, page sizes and ids out of their limits", async () => {
      const { nextPageToken: pageToken } = await client.listProcesses({ pageSize: 1 });
      const other = client.listProcesses({ pageToken, state: ProcessState.STUCK });
      expect((await refusalOf(other)).violations[0]?.field).to.equal("page_token");
      const huge = await refusalOf(client.listProcesses({ pageSize: 501 }));
      expect(huge.violations[0]?.field).to.equal("page_size");
      const wrong = await refusalOf(client.retryProcess({ orderId: "no id" }));
      expect(wrong.violations[0]?.field).to.equal("order_id");
    });

    it("take an order up at once, and know which ones there are", async () => {
      world.place({ orderId: "retried" });
      world.order("retried").payment = "TRIED";
      world.move("retried", OrderState.PENDING, OrderState.CONFIRMED);
      await eventually("confirmed", () => world.stateOf("retried") === OrderState.PROCESSING);
      await recordProcesses(replica.db, [waiting("retried", new Date())]);
      const { process } = await client.retryProcess({ orderId: "retried" });
      expect(process?.nextAt?.getTime()).to.be.at.most(Date.now());
      await eventually("it is taken up and finished", async () => {
        const error = await client.retryProcess({ orderId: "retried" }).catch((e: unknown) => e);
        return error instanceof Refusal && error.code === 5;
      });
    });
  });

  describe("of consumers", () => {
    it("list each durable with how far it is behind, and no reader that comes and goes", async () => {
      await eventually("all is read", async () => {
        const { consumers } = await client.listConsumers({});
        const told = consumers.map(({ stream, name }) => `${stream} ${name}`);
        expect(told).to.deep.equal(["ORDERS workflow", "PAYMENTS workflow-payments"]);
        return consumers.every(
          ({ pending, unacknowledged }) => pending === 0n && unacknowledged === 0n,
        );
      });
    });
  });

  describe("of dead letters", () => {
    const publish = (orderId: string, data: Uint8Array) =>
      messaging.publish({
        subject: orderSubject("placed", orderId),
        type: "waybill.order.v1.placed",
        id: `${orderId}.1`,
        source: "status",
        time: new Date(),
        data,
        traceparent: "",
        publication: 1,
      });

    it("list what could not be read, while its neighbours are handled", async () => {
      await messaging.ensureStream(ordersStream);
      await publish("garbage", Buffer.from([0xff, 0xff, 0xff]));
      await publish(
        "empty",
        OrderEvent.encode(OrderEvent.fromPartial({ orderId: "empty" })).finish(),
      );
      world.place({ orderId: "neighbour", paymentMethod: "pm_declined" });
      await eventually("both are given up", async () => {
        const { deadLetters } = await client.listDeadLetters({});
        return deadLetters.length === 2;
      });
      await eventually(
        "the neighbour is handled",
        () => world.stateOf("neighbour") === OrderState.CANCELLED,
      );
      const { deadLetters } = await client.listDeadLetters({});
      const reasons = deadLetters.map(({ eventId, reason }) => [eventId, reason]);
      expect(new Map(reasons as [string, string][])).to.deep.equal(
        new Map([
          ["garbage.1", "UNDECODABLE"],
          ["empty.1", "INVALID_EVENT"],
        ]),
      );
      const empty = deadLetters.find(({ eventId }) => eventId === "empty.1");
      expect(empty).to.include({ consumer: "workflow", stream: "ORDERS" });
      expect(empty?.payloadJson).to.equal('{"orderId":"empty"}');
      const garbage = deadLetters.find(({ eventId }) => eventId === "garbage.1");
      expect(garbage?.payloadJson).to.equal("");
      expect([...(garbage?.payload ?? [])]).to.deep.equal([0xff, 0xff, 0xff]);
    });

    it("page them, replay one to where it came from, and discard one", async () => {
      const first = await client.listDeadLetters({ pageSize: 1 });
      const { nextPageToken: pageToken } = first;
      const second = await client.listDeadLetters({ pageSize: 1, pageToken });
      const [one, two] = [...first.deadLetters, ...second.deadLetters];
      expect(one?.deadLetterId).not.to.equal(two?.deadLetterId);
      expect(second.nextPageToken).to.equal("");
      const deadLetterId = one?.deadLetterId ?? "";
      const { sequence } = await client.replayDeadLetter({ deadLetterId, reason: "mended" });
      expect(sequence > 0n).to.equal(true);
      expect((await refusalOf(client.replayDeadLetter({ deadLetterId }))).code).to.equal(5);
      const discarded = { deadLetterId: two?.deadLetterId ?? "", reason: "a test" };
      await client.discardDeadLetter(discarded);
      await client.discardDeadLetter(discarded); // Again is as good.
      const refused = await refusalOf(client.discardDeadLetter({ ...discarded, reason: "" }));
      expect(refused.violations[0]?.field).to.equal("reason");
      await eventually("what was replayed is given up anew", async () => {
        const { deadLetters } = await client.listDeadLetters({});
        return deadLetters.length === 1 && deadLetters[0]?.eventId === one?.eventId;
      });
    });

    it("tell what was decided about them, by whom and why, the latest first", async () => {
      const { deadLetters } = await client.listDeadLetters({});
      const deadLetterId = deadLetters[0]?.deadLetterId ?? "";
      await client.discardDeadLetter({ deadLetterId, reason: "x".repeat(200) });
      await client.discardDeadLetter({ deadLetterId, reason: "too late to be recorded" });
      const { decisions } = await client.listDeadLetterDecisions({});
      const told = decisions.map(({ verdict, reason, decidedBy }) => [verdict, reason, decidedBy]);
      expect(told).to.deep.equal([
        [DeadLetterVerdict.DISCARDED, "x".repeat(200), "SERVICE operator"],
        [DeadLetterVerdict.DISCARDED, "a test", "SERVICE operator"],
        [DeadLetterVerdict.REPLAYED, "mended", "SERVICE operator"],
      ]);
      const [discarded, , replayed] = decisions;
      expect(discarded?.deadLetter).to.deep.include({ deadLetterId, stream: "ORDERS" });
      expect(discarded?.replayedAs).to.equal(0n);
      expect(replayed?.replayedAs).to.equal(deadLetters[0]?.sequence);
      expect(replayed?.decidedAt?.getTime()).to.be.at.most(Date.now());
      const { nextPageToken: pageToken } = await client.listDeadLetterDecisions({ pageSize: 2 });
      const second = await client.listDeadLetterDecisions({ pageSize: 2, pageToken });
      expect(second.decisions).to.deep.equal([replayed]);
      const long = client.replayDeadLetter({ deadLetterId, reason: "x".repeat(201) });
      expect((await refusalOf(long)).violations[0]?.field).to.equal("reason");
    });

    it("come in shorter pages when they are large, so that each can be seen and discarded", async () => {
      const nearlyAMebibyte = 1_000_000;
      const count = 5;
      // As JSON, the last one would be six times as long.
      const escaped = OrderEvent.encode(
        OrderEvent.fromPartial({ orderId: "\u0001".repeat(nearlyAMebibyte) }),
      ).finish();
      for (let n = 1; n < count; n++) {
        await publish(`large${n}`, Buffer.alloc(nearlyAMebibyte, 0xff));
      }
      await publish(`large${count}`, escaped);
      const pages = async () => {
        const found: DeadLetter[][] = [];
        let pageToken = "";
        do {
          const page = await client.listDeadLetters({ pageToken });
          found.push(page.deadLetters);
          pageToken = page.nextPageToken;
        } while (pageToken !== "");
        return found;
      };
      await eventually("all are given up", async () => (await pages()).flat().length === count);
      const found = await pages();
      expect(found.map((page) => page.length)).to.deep.equal([3, 2]);
      const letters = found.flat();
      expect(letters.map(({ payload }) => payload.length)).to.deep.equal([
        ...Array(count - 1).fill(nearlyAMebibyte),
        escaped.length,
      ]);
      expect(letters.map(({ payloadJson }) => payloadJson)).to.deep.equal(Array(count).fill(""));
      for (const { deadLetterId } of letters) {
        await client.discardDeadLetter({ deadLetterId, reason: "a test" });
      }
      expect((await pages()).flat()).to.deep.equal([]);
    });
  });
});
