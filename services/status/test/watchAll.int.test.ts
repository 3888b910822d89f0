import { ordersStream } from "@waybill/contracts/events";
import type { WatchStatusesResponse } from "@waybill/contracts/status";
import { sql } from "@waybill/persistence";
import { type NatsServer, startNats, testFolder, testServers } from "@waybill/stack";
import { expect } from "chai";
import { reannounce } from "../src/events/reannounce.ts";
import { alice, move, refused, until } from "./support/asking.ts";
import { patienceMs, type Replica, startReplica } from "./support/replica.ts";

const overdueStatement = sql("test_overdue", "update statuses set reannounce_at = now()");
const unmarkedStatement = sql(
  "test_unmarked",
  "select count(*) as rows from transitions where published_seq is null",
);

const eventsOf = (answers: readonly WatchStatusesResponse[]): string[] =>
  answers.flatMap(({ transition }) =>
    transition === undefined ? [] : [`${transition.orderId}.${transition.version}`],
  );

describe("watching all orders", () => {
  let nats: NatsServer;
  let replica: Replica;

  beforeEach(async () => {
    nats = await startNats({ dataDir: testFolder("nats-status") });
    const url = await (await testServers()).databaseUrl("status");
    replica = await startReplica({ url, natsUrl: nats.url });
  });

  afterEach(async () => {
    await replica[Symbol.asyncDispose]();
    await nats.stop();
  });

  async function place(...orderIds: string[]): Promise<void> {
    const requests = orderIds.map((orderId) => ({ orderId, userId: "alice" }));
    await replica.client.batchCreateStatuses({ requests });
    await published();
  }

  const cancel = (...orderIds: string[]) =>
    replica.client.batchUpdateStatuses({
      requests: orderIds.map((orderId) => move(orderId, "PENDING", "CANCELLED", alice)),
    });

  const published = () =>
    until("all is published and marked", async () => {
      const [left] = await replica.db.rows<{ rows: bigint }>(unmarkedStatement);
      return left?.rows === 0n && replica.relay.inFlight === 0;
    });

  /** Every order that is not at its end is announced once more. */
  async function announceAgain(): Promise<void> {
    await replica.db.run(overdueStatement);
    await reannounce(replica.db, patienceMs, (rows) => replica.relay.publish(rows))();
    await until("they are announced", () => replica.relay.inFlight === 0);
  }

  /** A watch that gathers; ended by `stop`, which answers all that it was told. */
  async function watching(afterPosition = "") {
    const answers: WatchStatusesResponse[] = [];
    const stopping = new AbortController();
    const { signal } = stopping;
    const ended = (async () => {
      for await (const answer of replica.client.watchStatuses({ afterPosition }, { signal })) {
        answers.push(answer);
      }
    })().catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    await until("the watch has begun", () => answers.length > 0);
    const stop = async () => {
      stopping.abort();
      await ended;
      return answers;
    };
    return { answers, stop, saw: (event: string) => eventsOf(answers).includes(event) };
  }

  it("begins now, says where that is, and tells what happens from then on", async () => {
    await place("before");
    const watch = await watching();
    expect(watch.answers[0]?.transition).to.equal(undefined);
    expect(watch.answers[0]?.position).not.to.equal("");
    await place("o1", "o2");
    await cancel("o1");
    await until("the cancel is seen", () => watch.saw("o1.2"));
    const events = eventsOf(await watch.stop());
    expect(events.toSorted()).to.deep.equal(["o1.1", "o1.2", "o2.1"]);
  });

  it("resumes after any position, without gaps or repeats, although orders were announced again meanwhile", async () => {
    const watch = await watching();
    await place("o1", "o2", "o3");
    await announceAgain();
    await announceAgain();
    await cancel("o2");
    await place("o4");
    await announceAgain();
    await cancel("o1", "o3", "o4");
    const all = ["o1.1", "o1.2", "o2.1", "o2.2", "o3.1", "o3.2", "o4.1", "o4.2"];
    await until("the whole story is seen", () => eventsOf(watch.answers).length >= all.length);
    const answers = await watch.stop();
    expect(eventsOf(answers).toSorted(), "no repeats").to.deep.equal(all);

    for (const [index, { position }] of answers.entries()) {
      const rest = eventsOf(answers.slice(index + 1));
      const resumed = await watching(position);
      await until("the rest is seen", () => eventsOf(resumed.answers).length >= rest.length);
      const end = await place(`end${index}`).then(() => `end${index}.1`);
      await until("the end is seen", () => resumed.saw(end));
      const seen = eventsOf(await resumed.stop()).filter((event) => !event.startsWith("end"));
      expect(seen, `after ${index} events`).to.deep.equal(rest);
    }
  });

  it("goes on when NATS was away for a while", async () => {
    const watch = await watching();
    await place("o1");
    await nats.kill("SIGKILL");
    await replica.client.createStatus({ orderId: "o2", userId: "alice" });
    expect(await refused(replica.client.watchStatuses({})[Symbol.asyncIterator]().next())).to.equal(
      "UNAVAILABLE CALLEE_UNAVAILABLE",
    );
    await nats.restart();
    await until("what happened meanwhile is seen", () => watch.saw("o2.1"), 30_000);
    expect(eventsOf(await watch.stop())).to.deep.equal(["o1.1", "o2.1"]);
  });

  it("is OUT_OF_RANGE after a position that is no position, or gone with its stream", async () => {
    await place("o1");
    const watch = await watching();
    const [{ position } = { position: "" }] = await watch.stop();
    const end = async (afterPosition: string) => {
      for await (const _ of replica.client.watchStatuses({ afterPosition })) {
        // Until it fails.
      }
    };
    expect(await refused(end("garbage"))).to.equal("OUT_OF_RANGE POSITION_GONE");
    const { port } = nats;
    await nats.kill("SIGKILL");
    nats = await startNats({ dataDir: testFolder("nats-empty"), port });
    await until("the new stream has all that the old one had", async () => {
      const state = await replica.messaging.streamState(ordersStream).catch(() => undefined);
      return state?.lastSequence === 1n;
    });
    expect(await refused(end(position))).to.equal("OUT_OF_RANGE POSITION_GONE");
  });
});
