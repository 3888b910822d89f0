import { deadLettersStream, type StreamSpec } from "@waybill/contracts/events";
import { testServers } from "@waybill/stack";
import { expect } from "chai";
import {
  type BatchConsumer,
  done,
  type Messaging,
  type Outcome,
  type Received,
  undecodable,
} from "../src/index.ts";
import { connectTo, decodeText, eventOf, freshStream, subjectOf, until } from "./support.ts";

describe("batch consumer", () => {
  let messaging: Messaging;
  let stream: StreamSpec;

  beforeEach(async () => {
    messaging = await connectTo((await testServers()).natsUrl);
    await messaging.ensureStream(deadLettersStream);
    stream = freshStream();
    await messaging.ensureStream(stream);
  });

  afterEach(() => messaging[Symbol.asyncDispose]());

  const consumerOf = (
    handle: BatchConsumer<string>["handle"],
    options: Partial<BatchConsumer<string>> = {},
  ): BatchConsumer<string> => ({
    durable: "tester",
    stream,
    subjects: [subjectOf(stream, "*")],
    decode: decodeText,
    handle,
    ...options,
  });

  const publishAll = (texts: readonly string[]) =>
    Promise.all(texts.map((text) => messaging.publish(eventOf(stream, text))));

  const allDone = (events: readonly unknown[]): Outcome[] => events.map(() => done);

  it("hands on what has come while a batch was worked on as the next batch, in order", async () => {
    const batches: string[][] = [];
    const gate = Promise.withResolvers<void>();
    await using consumption = messaging.consume(
      consumerOf(async (events) => {
        batches.push(events.map(({ event }) => event));
        if (batches.length === 1) await gate.promise;
        return allDone(events);
      }),
    );
    await publishAll(["first"]);
    await until(
      "the first batch has begun",
      () => batches.length,
      (count) => count === 1,
    );
    const texts = Array.from({ length: 200 }, (_, index) => `event ${index}`);
    await publishAll(texts);
    await until(
      "all have come",
      () => consumption.held,
      (held) => held === 201,
    );
    gate.resolve();
    await until(
      "all are handled",
      () => batches.flat().length,
      (count) => count === 201,
    );
    expect(batches).to.deep.equal([["first"], texts]);
  });

  it("delivers nothing again that was acknowledged", async () => {
    const seen: string[] = [];
    const handle = async (events: readonly Received<string>[]) => {
      seen.push(...events.map(({ event }) => event));
      return allDone(events);
    };
    const before = messaging.consume(consumerOf(handle));
    await publishAll(["a", "b"]);
    await until(
      "both are handled",
      () => seen.length,
      (count) => count === 2,
    );
    await before[Symbol.asyncDispose]();
    await using _after = messaging.consume(consumerOf(handle));
    await publishAll(["c"]);
    await until(
      "the third is handled",
      () => seen.length,
      (count) => count >= 3,
    );
    expect(seen).to.deep.equal(["a", "b", "c"]);
  });

  it("keeps an undecodable message in DEAD_LETTERS and handles its neighbours", async () => {
    const seen: string[] = [];
    await publishAll(["before", `garbage ${stream.name}`, "after"]);
    await using consumption = messaging.consume(
      consumerOf(async (events) => {
        seen.push(...events.map(({ event }) => event));
        return allDone(events);
      }),
    );
    await until(
      "both neighbours are handled",
      () => seen.length,
      (count) => count === 2,
    );
    await until(
      "all are settled",
      () => consumption.held,
      (held) => held === 0,
    );
    expect(seen).to.deep.equal(["before", "after"]);
    const { deadLetters } = await messaging.deadLetters.list({ limit: 500 });
    const [letter, ...others] = deadLetters.filter((one) => one.stream === stream.name);
    expect(others).to.be.empty;
    expect(letter).to.deep.include({
      consumer: "tester",
      reason: undecodable,
      error: "no text",
      subject: subjectOf(stream, "all"),
      sequence: 2n,
      eventId: `garbage ${stream.name}`,
      eventType: "waybill.test.v1.happened",
    });
  });
});
