import { deadLettersStream, headers, type StreamSpec } from "@waybill/contracts/events";
import { type NatsServer, startNats, testFolder } from "@waybill/stack";
import { expect } from "chai";
import { beforeRestore, connectMessaging, done, type Messaging } from "../src/index.ts";
import { commit, type FactState, factsOf, openFacts, toEvent } from "./facts.ts";
import { type JetStream, openJetStream } from "./jetstream.ts";
import { eventOf, freshStream, logger, testerOf, until } from "./support.ts";

const epoch = 1_790_000_000n;

const isPublished = (facts: readonly FactState[]) =>
  facts.every(({ published_seq }) => published_seq !== null);

describe("after a restoration", () => {
  let nats: NatsServer;
  let jetstream: JetStream;
  let stream: StreamSpec;
  let open: AsyncDisposableStack;

  before(async () => {
    nats = await startNats({ dataDir: testFolder("nats-restored") });
    jetstream = await openJetStream(nats.url);
  });

  after(async () => {
    await jetstream[Symbol.asyncDispose]();
    await nats.stop();
  });

  beforeEach(() => {
    stream = freshStream();
    open = new AsyncDisposableStack();
  });

  afterEach(() => open.disposeAsync());

  /** A process whose database was last restored in this epoch. */
  const processOf = async (restoreEpoch: bigint): Promise<Messaging> =>
    open.use(await connectMessaging({ url: nats.url, name: "test", logger, restoreEpoch }));

  const consumeInto = (messaging: Messaging, seen: string[]) =>
    messaging.consume<string>({
      ...testerOf(stream),
      handle: async (events) => {
        seen.push(...events.map(({ event }) => event));
        return events.map(() => done);
      },
    });

  it("nothing of the stream before it is consumed, whoever starts first", async () => {
    const earlier = await processOf(0n);
    await earlier.ensureStream(stream);
    await earlier.publish(eventOf(stream, "phantom"));
    const seen: string[] = [];
    consumeInto(await processOf(epoch), seen);
    const owner = await processOf(epoch);
    await owner.ensureStream(stream);
    await owner.publish(eventOf(stream, "real"));
    await until(
      "the real one is handled",
      () => seen,
      (texts) => texts.includes("real"),
    );
    expect(seen).to.deep.equal(["real"]);
  });

  it("the journal fills the stream again, under names that the time before never used", async () => {
    const { db, journal } = await openFacts(stream);
    open.use(db);
    const relayOf = async (messaging: Messaging) => {
      await messaging.ensureStream(stream);
      return messaging.relay({
        ...{ stream, journal, db, toEvent: toEvent(stream) },
        ...{ sweepMs: 20, sweepOlderThanMs: 0 },
      });
    };
    const published = () => until("all is published", () => factsOf(db), isPublished);
    {
      await using earlier = await connectMessaging({ url: nats.url, name: "test", logger });
      await relayOf(earlier);
      await commit(db, ["a", "b"]);
      await published();
      // What the restored journal does not have: published as "c.1" once, by a time that is no more.
      await earlier.publish(eventOf(stream, "c.1"));
    }
    await relayOf(await processOf(epoch));
    await commit(db, ["c"]);
    await until(
      "all three are in the new stream",
      () => jetstream.messageIds(stream).catch(() => []),
      (ids) => ids.length === 3,
    );
    await published();
    const names = await jetstream.messageIds(stream);
    expect(names.toSorted()).to.deep.equal([`a.1@${epoch}#2`, `b.1@${epoch}#2`, `c.1@${epoch}`]);
    const { header } = await jetstream.manager.streams.getMessage(stream.name, { seq: 1 });
    expect(header.get(headers.id)).to.match(/^[abc]\.1@1790000000$/);
  });

  it("what a process from before it still publishes is given up, and kept", async () => {
    const seen: string[] = [];
    const messaging = await processOf(epoch);
    await messaging.ensureStream(deadLettersStream);
    await messaging.ensureStream(stream);
    const earlier = await processOf(0n);
    await earlier.publish(eventOf(stream, "phantom"));
    await messaging.publish(eventOf(stream, "real"));
    consumeInto(messaging, seen);
    const { deadLetters } = await until(
      "the phantom is kept",
      () => messaging.deadLetters.list({ limit: 10 }),
      (page) => page.deadLetters.length === 1,
    );
    expect(deadLetters[0]).to.deep.include({ reason: beforeRestore, eventId: "phantom" });
    await until(
      "the real one is handled",
      () => seen,
      (texts) => texts.length > 0,
    );
    expect(seen).to.deep.equal(["real"]);
  });

  it("a database without its epoch is refused instead of starting again from the past", async () => {
    await (await processOf(epoch)).ensureStream(stream);
    const forgotten = await processOf(0n);
    const failure = await forgotten.ensureStream(stream).catch((error: unknown) => error);
    expect(String(failure)).to.include("npm run restore");
    expect(String(failure)).to.include(stream.name);
  });

  it("a process from before it publishes nothing of its journal any more", async () => {
    const { db, journal } = await openFacts(stream);
    open.use(db);
    const earlier = await processOf(0n);
    await earlier.ensureStream(stream);
    let looks = 0;
    const counted = {
      ...journal,
      position: () => {
        looks += 1;
        return journal.position();
      },
    };
    const relay = earlier.relay({
      ...{ stream, journal: counted, db, toEvent: toEvent(stream) },
      ...{ sweepMs: 20 },
    });
    relay.publish(await commit(db, ["a"]));
    const first = await until("a is published", () => factsOf(db), isPublished);
    expect(first).to.have.length(1);
    await (await processOf(epoch)).ensureStream(stream);
    const looked = looks;
    await commit(db, ["b"], 5_000); // Old enough to be swept.
    await until(
      "it has looked at the stream",
      () => looks,
      (count) => count >= looked + 2,
    );
    relay.publish(await commit(db, ["c"]));
    await earlier.streamState(stream); // A round trip on the connection that would have published them.
    expect(await jetstream.messageIds(stream)).to.deep.equal([]);
  });

  it("the stream of dead letters stays", async () => {
    const earlier = await processOf(0n);
    await earlier.ensureStream(deadLettersStream);
    const before = await earlier.streamState(deadLettersStream);
    const later = await processOf(epoch);
    await later.ensureStream(deadLettersStream);
    expect(await later.streamState(deadLettersStream)).to.deep.equal(before);
  });
});
