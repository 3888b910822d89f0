import type { StreamSpec } from "@waybill/contracts/events";
import { type NatsServer, startNats, testFolder } from "@waybill/stack";
import { expect } from "chai";
import { type Messaging, PositionGoneError, type Read } from "../src/index.ts";
import { type JetStream, openJetStream } from "./jetstream.ts";
import { connectTo, decodeText, eventOf, freshStream, subjectOf, until } from "./support.ts";

describe("readStream", () => {
  let nats: NatsServer;
  let jetstream: JetStream;
  let messaging: Messaging;
  let stream: StreamSpec;
  let stop: AbortController;

  beforeEach(async () => {
    nats = await startNats({ dataDir: testFolder("nats-reader") });
    jetstream = await openJetStream(nats.url);
    messaging = await connectTo(nats.url);
    stream = freshStream();
    await messaging.ensureStream(stream);
    stop = new AbortController();
  });

  afterEach(async () => {
    stop.abort();
    await Promise.all([messaging[Symbol.asyncDispose](), jetstream[Symbol.asyncDispose]()]);
    await nats.stop();
  });

  const publish = async (...texts: string[]) => {
    for (const text of texts) {
      await until(
        `${text} is published`,
        () =>
          messaging.publish(eventOf(stream, text)).then(
            () => true,
            () => false,
          ),
        (published) => published,
      );
    }
  };

  const read = (after?: string) =>
    messaging.readStream({
      stream,
      subjects: [subjectOf(stream, "*")],
      decode: decodeText,
      signal: stop.signal,
      heartbeatMs: 200,
      ...(after === undefined ? {} : { after }),
    });

  const take = async (count: number, after?: string): Promise<Read<string>[]> => {
    const taken: Read<string>[] = [];
    for await (const one of read(after)) {
      taken.push(one);
      if (taken.length === count) break;
    }
    return taken;
  };

  const texts = (reads: readonly Read<string>[]) => reads.map(({ event }) => event);

  const failureOf = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => "no failure",
      (error: unknown) => error,
    );

  it("begins after a position and goes on with what is published", async () => {
    await publish("a");
    const start = await messaging.endPosition(stream);
    await publish("b", "c");
    const reading = take(4, start);
    await publish("d", "e");
    expect(texts(await reading)).to.deep.equal(["b", "c", "d", "e"]);
  });

  it("resumes after any message that it gave", async () => {
    const start = await messaging.endPosition(stream);
    await publish("a", "b", "c", "d");
    const [, second] = await take(2, start);
    expect(texts(await take(2, second?.position))).to.deep.equal(["c", "d"]);
  });

  it("leaves out what cannot be decoded", async () => {
    const start = await messaging.endPosition(stream);
    await publish("a", "garbage", "b");
    expect(texts(await take(2, start))).to.deep.equal(["a", "b"]);
  });

  it("goes on without gaps or repeats when NATS is killed meanwhile", async () => {
    const start = await messaging.endPosition(stream);
    const seen: string[] = [];
    const reading = (async () => {
      for await (const { event } of read(start)) {
        seen.push(event);
        if (seen.length === 4) return;
      }
    })();
    await publish("a", "b");
    await until(
      "two are read",
      () => seen.length,
      (count) => count === 2,
    );
    await nats.kill("SIGKILL");
    await nats.restart();
    await publish("c", "d");
    await reading;
    expect(seen).to.deep.equal(["a", "b", "c", "d"]);
  });

  it("gives a slow reader everything", async () => {
    const start = await messaging.endPosition(stream);
    const all = Array.from({ length: 1_000 }, (_, index) => `event ${index}`);
    await Promise.all(all.map((text) => messaging.publish(eventOf(stream, text))));
    expect(texts(await take(1_000, start))).to.deep.equal(all);
  });

  it("ends when its signal aborts", async () => {
    const reading = take(1);
    await publish("a").then(() => stop.abort());
    await reading; // One or none, but it ends.
  });

  it("refuses a position whose next messages are gone", async () => {
    const start = await messaging.endPosition(stream);
    await publish("a", "b", "c");
    await jetstream.manager.streams.purge(stream.name, { seq: 3 });
    expect(await failureOf(take(1, start))).to.be.instanceOf(PositionGoneError);
  });

  it("refuses a position of another stream, and what is none", async () => {
    await publish("a");
    const position = await messaging.endPosition(stream);
    await jetstream.manager.streams.delete(stream.name);
    await messaging.ensureStream(stream);
    await publish("b");
    expect(await failureOf(take(1, position))).to.be.instanceOf(PositionGoneError);
    expect(await failureOf(take(1, "nonsense"))).to.be.instanceOf(PositionGoneError);
  });

  it("ends with PositionGoneError when the stream is lost meanwhile", async () => {
    const reading = failureOf(take(1, await messaging.endPosition(stream)));
    await until(
      "it reads",
      () => jetstream.manager.streams.info(stream.name),
      (info) => info.state.consumer_count === 1,
    );
    await jetstream.manager.streams.delete(stream.name);
    await messaging.ensureStream(stream);
    expect(await reading).to.be.instanceOf(PositionGoneError);
  });
});
