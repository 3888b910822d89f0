import { deadLettersStream, type StreamSpec } from "@waybill/contracts/events";
import { type NatsServer, startNats, testFolder } from "@waybill/stack";
import { expect } from "chai";
import { type BatchConsumer, type Consumption, done, type Messaging } from "../src/index.ts";
import { type JetStream, openJetStream } from "./jetstream.ts";
import { connectTo, eventOf, freshStream, testerOf, until } from "./support.ts";

describe("a batch consumer finds its way back", () => {
  let nats: NatsServer;
  let jetstream: JetStream;
  let owner: Messaging;
  let messaging: Messaging;
  let stream: StreamSpec;
  let consumption: Consumption;
  let seen: string[];

  beforeEach(async () => {
    nats = await startNats({ dataDir: testFolder("nats-recovery") });
    jetstream = await openJetStream(nats.url);
    stream = freshStream();
    owner = await connectTo(nats.url);
    messaging = await connectTo(nats.url);
    seen = [];
  });

  afterEach(async () => {
    await Promise.all([messaging, owner, jetstream].map((one) => one[Symbol.asyncDispose]()));
    await nats.stop();
  });

  const begin = (options: Partial<BatchConsumer<string>> = {}) => {
    consumption = messaging.consume<string>({
      ...testerOf(stream),
      handle: async (events) => {
        seen.push(...events.map(({ event }) => event));
        return events.map(() => done);
      },
      ...options,
    });
  };

  const publish = (text: string) =>
    until(
      `${text} is published`,
      () =>
        owner.publish(eventOf(stream, text)).then(
          () => true,
          () => false,
        ),
      (published) => published,
    );

  const comes = (text: string) =>
    until(
      `${text} is handled`,
      () => seen,
      (texts) => texts.includes(text) && consumption.held === 0,
    );

  it("when it was there before its stream", async () => {
    begin();
    await owner.ensureStream(stream);
    await publish("a");
    await comes("a");
  });

  it("at once also when it had connected by a clock that was a minute fast, and is right again", async () => {
    await owner.ensureStream(stream);
    await messaging[Symbol.asyncDispose]();
    const rightNow = Date.now;
    Date.now = () => rightNow() + 60_000;
    messaging = await connectTo(nats.url).finally(() => {
      Date.now = rightNow;
    });
    begin();
    await publish("a");
    await comes("a");
    await nats.kill("SIGKILL");
    await nats.restart();
    await publish("b");
    await comes("b");
  });

  it("when its durable was deleted, from the beginning of the stream", async () => {
    await owner.ensureStream(stream);
    begin();
    await publish("a");
    await comes("a");
    await jetstream.manager.consumers.delete(stream.name, "tester");
    await publish("b");
    await comes("b");
    expect([...new Set(seen)]).to.deep.equal(["a", "b"]);
    expect(consumption.held).to.equal(0);
  });

  it("when its durable was deleted while NATS was not heard from", async () => {
    await owner.ensureStream(stream);
    begin({ heartbeatMs: 200 });
    await publish("a");
    await comes("a");
    await nats.kill("SIGKILL");
    await nats.restart();
    await jetstream.manager.consumers.delete(stream.name, "tester").catch(() => {});
    await publish("b");
    await comes("b");
  });

  it("when its stream was deleted and created anew", async () => {
    await owner.ensureStream(stream);
    begin();
    await publish("a");
    await comes("a");
    await jetstream.manager.streams.delete(stream.name);
    await owner.streamState(stream); // The owner looks after it.
    await publish("b");
    await comes("b");
    expect(seen).to.deep.equal(["a", "b"]);
  });

  it("does not acknowledge in a new stream what it got from the old one", async () => {
    await owner.ensureStream(stream);
    const gate = Promise.withResolvers<void>();
    begin({
      handle: async (events) => {
        seen.push(...events.map(({ event }) => event));
        if (seen.length === 1) await gate.promise;
        return events.map(() => done);
      },
    });
    await publish("a");
    await until(
      "a is in hand",
      () => seen.length,
      (count) => count === 1,
    );
    await jetstream.manager.streams.delete(stream.name);
    await owner.streamState(stream);
    await publish("b"); // It takes the sequence of "a".
    await until(
      "both are held",
      () => jetstream.manager.consumers.info(stream.name, "tester").catch(() => undefined),
      (info) => info?.num_ack_pending === 1,
    );
    gate.resolve();
    await comes("b");
    expect(seen).to.deep.equal(["a", "b"]);
  });

  it("when NATS is killed and comes back with its store, without handling anything twice", async () => {
    await owner.ensureStream(stream);
    begin();
    await publish("a");
    await comes("a");
    await until(
      "the acknowledgement has arrived",
      () => jetstream.manager.consumers.info(stream.name, "tester"),
      (info) => info.num_ack_pending === 0,
    );
    await nats.kill("SIGKILL");
    await nats.restart();
    await publish("b");
    await comes("b");
    expect([...new Set(seen)]).to.deep.equal(["a", "b"]);
  });

  it("when NATS is killed and comes back without its store", async () => {
    await owner.ensureStream(stream);
    begin();
    await publish("a");
    await comes("a");
    const { port } = nats;
    await nats.kill("SIGKILL");
    nats = await startNats({ dataDir: testFolder("nats-recovery-empty"), port });
    await publish("b");
    await comes("b");
    expect(seen).to.deep.equal(["a", "b"]);
  });

  it("when NATS answers no more for a while", async () => {
    await owner.ensureStream(stream);
    begin({ heartbeatMs: 200 });
    await publish("a");
    await comes("a");
    await nats.kill("SIGSTOP");
    await new Promise((resolve) => setTimeout(resolve, 1_000)); // Longer than five heartbeats.
    await nats.kill("SIGCONT");
    await publish("b");
    await comes("b");
    expect(seen).to.deep.equal(["a", "b"]);
  });

  it("keeps a message until DEAD_LETTERS exists to take it", async () => {
    await owner.ensureStream(stream);
    begin();
    await publish("garbage");
    await publish("a");
    await until(
      "the neighbour is handled",
      () => seen.length,
      (count) => count === 1,
    );
    await owner.ensureStream(deadLettersStream);
    await until(
      "the message is kept",
      () => owner.deadLetters.list({ limit: 10 }),
      ({ deadLetters }) => deadLetters.length === 1,
    );
    await until(
      "it is settled",
      () => jetstream.manager.consumers.info(stream.name, "tester"),
      (info) => info.num_ack_pending === 0,
    );
  });
});
