import { deadLettersStream, headers, type StreamSpec } from "@waybill/contracts/events";
import { type NatsServer, startNats, testFolder } from "@waybill/stack";
import { expect } from "chai";
import { type BatchConsumer, type DeadLetter, dead, done, type Messaging } from "../src/index.ts";
import { type JetStream, openJetStream } from "./jetstream.ts";
import { connectTo, decodeText, eventOf, freshStream, subjectOf, until } from "./support.ts";

describe("dead letters", () => {
  let nats: NatsServer;
  let jetstream: JetStream;
  let messaging: Messaging;
  let stream: StreamSpec;
  let seen: string[];
  let accepting: boolean;

  before(async () => {
    nats = await startNats({ dataDir: testFolder("nats-dead") });
    jetstream = await openJetStream(nats.url);
  });

  after(async () => {
    await jetstream[Symbol.asyncDispose]();
    await nats.stop();
  });

  beforeEach(async () => {
    messaging = await connectTo(nats.url);
    await messaging.ensureStream(deadLettersStream);
    await jetstream.manager.streams.purge(deadLettersStream.name);
    stream = freshStream();
    await messaging.ensureStream(stream);
    seen = [];
    accepting = false;
    messaging.consume(refusing());
  });

  afterEach(() => messaging[Symbol.asyncDispose]());

  /** Refuses every event for good until it accepts. */
  const refusing = (): BatchConsumer<string> => ({
    durable: "refuser",
    stream,
    subjects: [subjectOf(stream, "*")],
    decode: decodeText,
    handle: async (events) => {
      seen.push(...events.map(({ event }) => event));
      return events.map(() => (accepting ? done : dead("REFUSED", new Error("not this one"))));
    },
  });

  const kept = async (count: number): Promise<readonly DeadLetter[]> => {
    const { deadLetters } = await until(
      "they are kept",
      () => messaging.deadLetters.list({ limit: 500 }),
      (page) => page.deadLetters.length === count,
    );
    return deadLetters;
  };

  const keepOne = async (): Promise<DeadLetter> => {
    await messaging.publish(eventOf(stream, "event"));
    const [letter] = await kept(1);
    if (letter === undefined) throw new Error("none is kept");
    return letter;
  };

  it("keep the message as it came, with why and where from", async () => {
    const letter = await keepOne();
    expect(letter).to.deep.include({
      consumer: "refuser",
      reason: "REFUSED",
      error: "not this one",
      subject: subjectOf(stream, "all"),
      stream: stream.name,
      sequence: 1n,
      eventId: "event",
      eventType: "waybill.test.v1.happened",
    });
    expect(Buffer.from(letter.payload).toString()).to.equal("event");
    expect(await messaging.deadLetters.get(letter.id)).to.deep.equal(letter);
  });

  it("are listed in pages, the oldest first", async () => {
    for (const text of ["a", "b", "c", "d", "e"]) await messaging.publish(eventOf(stream, text));
    const all = await kept(5);
    const first = await messaging.deadLetters.list({ limit: 2 });
    const second = await messaging.deadLetters.list({ limit: 2, after: first.next ?? "" });
    const third = await messaging.deadLetters.list({ limit: 2, after: second.next ?? "" });
    expect(third.next).to.equal(undefined);
    expect([first, second, third].flatMap((page) => page.deadLetters)).to.deep.equal(all);
  });

  it("are listed as far as their payloads fit, and one at least", async () => {
    for (const text of ["12345", "678", "9", "0"]) await messaging.publish(eventOf(stream, text));
    const all = await kept(4);
    const pages = async (maxBytes: number) => {
      const lengths: number[] = [];
      for (let after: string | undefined = "0"; after !== undefined; ) {
        const query = after === "0" ? {} : { after };
        const page = await messaging.deadLetters.list({ limit: 3, maxBytes, ...query });
        lengths.push(page.deadLetters.length);
        after = page.next;
      }
      return lengths;
    };
    expect(all).to.have.length(4);
    expect(await pages(4)).to.deep.equal([1, 2, 1]);
    expect(await pages(5)).to.deep.equal([1, 3]);
    expect(await pages(8)).to.deep.equal([2, 2]);
    expect(await pages(9)).to.deep.equal([3, 1]);
  });

  it("come back to where they came from as the same event, once, and leave the list", async () => {
    const letter = await keepOne();
    accepting = true;
    expect(await messaging.deadLetters.replay(letter.id)).to.equal(2n);
    await until(
      "it is handled again",
      () => seen,
      (texts) => texts.length === 2,
    );
    await kept(0);
    expect(await messaging.deadLetters.replay(letter.id)).to.equal(undefined);
    const [, again] = await jetstream.messageIds(stream);
    expect(again).to.match(/^event#dead\./);
    const message = await jetstream.manager.streams.getMessage(stream.name, { seq: 2 });
    expect(message.header.get(headers.id)).to.equal("event");
    expect(message.header.has(headers.deadReason)).to.equal(false);
  });

  it("are published once although a replay broke off before it was recorded", async () => {
    const letter = await keepOne();
    accepting = true;
    const [once, twice] = await Promise.all([
      messaging.deadLetters.replay(letter.id),
      messaging.deadLetters.replay(letter.id),
    ]);
    expect([once, twice].filter((sequence) => sequence !== undefined)).to.include(2n);
    expect(await jetstream.messageIds(stream)).to.have.length(2);
    await kept(0);
  });

  it("that are refused again are kept again", async () => {
    const letter = await keepOne();
    await messaging.deadLetters.replay(letter.id);
    const [again] = await until(
      "it is kept again",
      async () => (await messaging.deadLetters.list({ limit: 9 })).deadLetters,
      ([first]) => first !== undefined && first.id !== letter.id,
    );
    expect(again?.eventId).to.equal("event");
    expect(again?.sequence).to.equal(2n);
  });

  it("can be discarded, also twice, also when there is no such", async () => {
    const letter = await keepOne();
    await messaging.deadLetters.discard(letter.id, "a test");
    await messaging.deadLetters.discard(letter.id, "a test");
    await messaging.deadLetters.discard("no id", "a test");
    await kept(0);
    expect(await messaging.deadLetters.get(letter.id)).to.equal(undefined);
  });
});
