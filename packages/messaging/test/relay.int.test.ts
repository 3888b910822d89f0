import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { StreamSpec } from "@waybill/contracts/events";
import type { Database } from "@waybill/persistence";
import { type NatsServer, startNats, testFolder } from "@waybill/stack";
import { expect } from "chai";
import { done, type Journal, type Messaging, type Relay } from "../src/index.ts";
import { commit, type Fact, factsOf, openFacts, publishedCount, toEvent } from "./facts.ts";
import { type JetStream, openJetStream } from "./jetstream.ts";
import { connectTo, freshStream, testerOf, until } from "./support.ts";

describe("relay", () => {
  let nats: NatsServer;
  let jetstream: JetStream;
  let messaging: Messaging;
  let stream: StreamSpec;
  let db: Database;
  let journal: Journal<Fact>;
  let relay: Relay<Fact>;

  before(async () => {
    nats = await startNats({ dataDir: testFolder("nats-relay") });
    jetstream = await openJetStream(nats.url);
  });

  after(async () => {
    await jetstream[Symbol.asyncDispose]();
    await nats.stop();
  });

  beforeEach(async () => {
    stream = freshStream();
    messaging = await connectTo(nats.url);
    await messaging.ensureStream(stream);
    ({ db, journal } = await openFacts(stream));
    relay = startRelay(messaging);
  });

  afterEach(async () => {
    await messaging[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
  });

  const startRelay = (on: Messaging, options = {}): Relay<Fact> =>
    on.relay({ stream, journal, db, toEvent: toEvent(stream), sweepMs: 100, ...options });

  const ids = (count: number, prefix = "fact"): string[] =>
    Array.from({ length: count }, (_, index) => `${prefix}${String(index).padStart(4, "0")}`);

  const allPublished = (count: number) =>
    until(
      "all are published",
      () => publishedCount(db),
      (published) => published === count,
    );

  it("publishes what was just committed, once, and marks each with its sequence", async () => {
    await commit(db, ids(1, "swept"), 2_000);
    await allPublished(1); // The relay is ready.
    const facts = await commit(db, ids(500));
    relay.publish(facts);
    relay.publish(facts);
    await allPublished(501);
    const states = await factsOf(db);
    const expected = ["swept0000.1", ...ids(500).map((id) => `${id}.1`)];
    expect(await jetstream.messageIds(stream)).to.deep.equal(expected);
    expect(
      states.map(({ published_seq }) => Number(published_seq)).sort((a, b) => a - b),
    ).to.deep.equal(expected.map((_, index) => index + 1));
    expect(relay.inFlight).to.equal(0);
  });

  it("sweeps what nobody published, in the order in which it happened", async () => {
    await commit(db, ["third"], 2_000);
    await commit(db, ["second"], 3_000);
    await commit(db, ["first"], 4_000);
    await allPublished(3);
    const published = await jetstream.messageIds(stream);
    expect([...published].sort()).to.deep.equal(["first.1", "second.1", "third.1"]);
  });

  it("sweeps by one replica only", async () => {
    await using other = await connectTo(nats.url);
    startRelay(other);
    await commit(db, ids(300), 2_000);
    await allPublished(300);
    expect(await jetstream.messageIds(stream)).to.have.length(300);
  });

  it("leaves to the sweeper what could not be published, and sends nothing twice", async () => {
    await allPublished(0);
    await nats.kill("SIGKILL");
    relay.publish(await commit(db, ids(50)));
    await nats.restart();
    await allPublished(50);
    expect(await jetstream.messageIds(stream)).to.deep.equal(ids(50).map((id) => `${id}.1`));
  });

  it("publishes everything again, once, when the stream was deleted and created anew", async () => {
    await commit(db, ids(20), 2_000);
    await allPublished(20);
    await jetstream.manager.streams.delete(stream.name);
    await until(
      "the new stream has all",
      () => jetstream.messageIds(stream).catch(() => []),
      (published) => published.length === 20,
    );
    await allPublished(20);
    expect(await jetstream.messageIds(stream)).to.deep.equal(ids(20).map((id) => `${id}.1#2`));
    relay.publish(await commit(db, ["later"]));
    await allPublished(21);
    expect(await jetstream.messageIds(stream)).to.have.length(21);
  });

  it("publishes everything again when NATS comes back without its store", async () => {
    await commit(db, ids(20), 2_000);
    await allPublished(20);
    const { port } = nats;
    await nats.kill("SIGKILL");
    nats = await startNats({ dataDir: testFolder("nats-empty"), port });
    await until(
      "the new stream has all",
      () => jetstream.messageIds(stream).catch(() => []),
      (published) => published.length === 20,
    );
    await allPublished(20);
    expect(await jetstream.messageIds(stream)).to.deep.equal(ids(20).map((id) => `${id}.1#2`));
  });

  it("publishes again only what was lost when NATS comes back without its last messages", async () => {
    const dataDir = testFolder("nats-older");
    await using own = await startNats({ dataDir });
    await messaging[Symbol.asyncDispose]();
    messaging = await connectTo(own.url);
    await messaging.ensureStream(stream);
    startRelay(messaging);
    await commit(db, ids(10, "kept"), 4_000);
    await allPublished(10);
    await own.stop();
    const older = testFolder("nats-older-copy");
    await cp(join(dataDir, "jetstream"), older, { recursive: true });
    await own.restart();
    await commit(db, ids(5, "lost"), 2_000);
    await allPublished(15);
    await own.kill("SIGKILL");
    await rm(join(dataDir, "jetstream"), { recursive: true });
    await cp(older, join(dataDir, "jetstream"), { recursive: true });
    await own.restart();
    await using tool = await openJetStream(own.url);
    await until(
      "the stream has all again",
      () => tool.messageIds(stream).catch(() => []),
      (published) => published.length === 15,
    );
    await allPublished(15);
    expect(await tool.messageIds(stream)).to.deep.equal([
      ...ids(10, "kept").map((id) => `${id}.1`),
      ...ids(5, "lost").map((id) => `${id}.1#2`),
    ]);
  });

  it("publishes what never was first, then the newest of what was lost, and each go as it happened", async () => {
    await commit(db, ids(500, "old"), 30_000);
    await commit(db, ids(500, "new"), 20_000);
    await allPublished(1_000);
    const { port } = nats;
    await nats.kill("SIGKILL");
    await commit(db, ids(3, "never"), 2_000);
    nats = await startNats({ dataDir: testFolder("nats-refilled"), port });
    await allPublished(1_003);
    const [never, recent, older] = [ids(3, "never"), ids(500, "new"), ids(500, "old")];
    expect(await jetstream.messageIds(stream)).to.deep.equal([
      ...never.map((id) => `${id}.1`),
      ...[...recent, ...older].map((id) => `${id}.1#2`),
    ]);
  });

  it("publishes what was lost no faster than a slow consumer handles it", async () => {
    const facts = 2_500;
    await commit(db, ids(facts), 2_000);
    await allPublished(facts);
    let handled = 0;
    let mostAhead = 0;
    messaging.consume<string>({
      ...testerOf(stream),
      maxBatch: 50,
      handle: async (events) => {
        if (handled >= facts) {
          await new Promise((resolve) => setTimeout(resolve, 60)); // Slow on purpose.
          const { lastSequence = 0n } = (await messaging.streamState(stream)) ?? {};
          mostAhead = Math.max(mostAhead, Number(lastSequence) - handled);
        }
        handled += events.length;
        return events.map(() => done);
      },
    });
    const allHandled = (count: number) =>
      until(
        "all are handled",
        () => handled,
        (seen) => seen === count,
      );
    await allHandled(facts);
    await db.run({
      name: "facts_lose",
      text: "update facts set published_seq = null, publications = 1",
    });
    await allHandled(2 * facts);
    expect(mostAhead).to.be.within(1, 1_000);
  });

  it("does not take for published what the stream calls a duplicate but has no more", async () => {
    await commit(db, ["fact"], 2_000);
    await allPublished(1);
    await jetstream.manager.streams.deleteMessage(stream.name, 1);
    await db.run({ name: "facts_unmark", text: "update facts set published_seq = null" });
    await until(
      "it is published again",
      () => jetstream.messageIds(stream),
      (published) => published.length === 1,
    );
    expect(await jetstream.messageIds(stream)).to.deep.equal(["fact.1#2"]);
    await allPublished(1);
  });

  it("takes for published what the stream has from an earlier process", async () => {
    await commit(db, ["fact"], 2_000);
    await allPublished(1);
    await db.run({ name: "facts_unmark", text: "update facts set published_seq = null" });
    await allPublished(1);
    expect(await jetstream.messageIds(stream)).to.deep.equal(["fact.1"]);
    expect(await factsOf(db)).to.deep.equal([{ id: "fact", published_seq: 1n, publications: 0 }]);
  });

  it("loses nothing and marks only what is there when NATS is killed under load", async () => {
    const texts = ids(3_000);
    for (let start = 0; start < texts.length; start += 100) {
      relay.publish(await commit(db, texts.slice(start, start + 100)));
      if (start === 1_000 || start === 2_000) {
        await nats.kill("SIGKILL");
        await nats.restart();
      }
    }
    await allPublished(texts.length);
    const { manager } = jetstream;
    for (const { id, published_seq, publications } of await factsOf(db)) {
      const message = await manager.streams.getMessage(stream.name, { seq: Number(published_seq) });
      expect([message.header.get("ce-id"), publications]).to.deep.equal([`${id}.1`, 0]);
    }
    expect(await jetstream.messageIds(stream)).to.have.length(texts.length);
  });

  it("refuses marks of an epoch that is over", async () => {
    await allPublished(0);
    const position = await until(
      "the position is known",
      () => journal.position(),
      ({ created }) => created !== undefined,
    );
    const [row] = await commit(db, ["fact"]);
    if (row === undefined) throw new Error("no row");
    expect(await journal.markPublished([{ row, sequence: 7n }], position.epoch - 1n)).to.equal(
      false,
    );
    expect(await publishedCount(db)).to.equal(0);
    expect(await journal.markPublished([{ row, sequence: 7n }], position.epoch)).to.equal(true);
    expect(await publishedCount(db)).to.equal(1);
  });
});
