import { deadLettersStream, type StreamSpec } from "@waybill/contracts/events";
import { fair, Link, testServers } from "@waybill/stack";
import { expect } from "chai";
import {
  again,
  type BatchConsumer,
  done,
  handlingFailed,
  type Messaging,
  type Outcome,
  type Received,
  undecodable,
} from "../src/index.ts";
import { connectTo, eventOf, freshStream, subjectOf, testerOf, until } from "./support.ts";

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
    ...testerOf(stream),
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

  it("lets a batch gather where nobody waits, until it is full or the time is over", async () => {
    const batches: string[][] = [];
    const never = 2 ** 31 - 1;
    const gather = (durable: string, gatherMs: number) =>
      messaging.consume(
        consumerOf(
          async (events) => {
            batches.push(events.map(({ event }) => event));
            return allDone(events);
          },
          { durable, maxBatch: 3, gatherMs },
        ),
      );
    {
      await using consumption = gather("patient", never);
      for (const text of ["a", "b", "c", "d"]) await publishAll([text]);
      const isFull = () => batches.length === 1 && consumption.held === 1;
      await until("a full batch is handled", isFull, Boolean);
      expect(batches).to.deep.equal([["a", "b", "c"]]);
    }
    batches.length = 0;
    await using _impatient = gather("impatient", 10);
    await until(
      "all are handled",
      () => batches.flat(),
      ({ length }) => length === 4,
    );
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

  it("finds the one event that makes a batch fail, and handles the others", async () => {
    const handled = new Map<string, number>();
    await publishAll(Array.from({ length: 100 }, (_, index) => `${stream.name} ${index}`));
    await using _consumption = messaging.consume(
      consumerOf(async (events) => {
        if (events.some(({ event }) => event.endsWith(" 37"))) throw new Error("cannot bear 37");
        for (const { event } of events) handled.set(event, (handled.get(event) ?? 0) + 1);
        return allDone(events);
      }),
    );
    const deadLetters = await until(
      "the one is given up",
      async () => (await messaging.deadLetters.list({ limit: 500 })).deadLetters,
      (letters) => letters.some((one) => one.stream === stream.name),
    );
    const [letter, ...others] = deadLetters.filter((one) => one.stream === stream.name);
    expect(others).to.be.empty;
    expect(letter).to.deep.include({ reason: handlingFailed, eventId: `${stream.name} 37` });
    expect([...handled.values()]).to.deep.equal(Array(99).fill(1));
  });

  it("does not hold against an event how often it came while something was away", async () => {
    const failures = [..."UUFF"]; // Unavailable, and failing by itself.
    const seen: string[] = [];
    await publishAll([`${stream.name} a`]);
    await using consumption = messaging.consume(
      consumerOf(async (events) => {
        const failure = failures.shift();
        if (failure === "U") throw Object.assign(new Error("down"), { name: "UnavailableError" });
        if (failure === "F") throw new Error("a defect");
        seen.push(...events.map(({ event, deliveries }) => `${event} ${deliveries}`));
        return allDone(events);
      }),
    );
    await until(
      "it is settled",
      () => (seen.length > 0 ? consumption.held : -1),
      (held) => held === 0,
    );
    expect(seen).to.deep.equal([`${stream.name} a 5`]);
  });

  it("delivers a batch again until what it needs is available", async () => {
    let attempts = 0;
    const seen: string[] = [];
    await publishAll(["a", "b"]);
    await using consumption = messaging.consume(
      consumerOf(async (events) => {
        attempts += 1;
        if (attempts <= 3) throw Object.assign(new Error("down"), { name: "UnavailableError" });
        seen.push(...events.map(({ event }) => event));
        return allDone(events);
      }),
    );
    await until(
      "both are handled",
      () => seen.length,
      (count) => count === 2,
    );
    await until(
      "all are settled",
      () => consumption.held,
      (held) => held === 0,
    );
    expect(seen).to.have.members(["a", "b"]); // In one batch or in two.
  });

  it("delivers again only what could not be recorded", async () => {
    const seen: string[] = [];
    await publishAll(["a", "b", "c"]);
    await using consumption = messaging.consume(
      consumerOf(async (events) =>
        events.map(({ event, deliveries }) => {
          seen.push(event);
          return event === "b" && deliveries < 3 ? again : done;
        }),
      ),
    );
    await until(
      "all are settled",
      () => (seen.length === 5 ? consumption.held : -1),
      (held) => held === 0,
    );
    expect(seen).to.deep.equal(["a", "b", "c", "b", "b"]);
  });

  it("does not keep neighbours waiting for what cannot be recorded", async () => {
    const seen: string[] = [];
    await using _consumption = messaging.consume(
      consumerOf(async (events) =>
        events.map(({ event }) => {
          seen.push(event);
          return event === "never" ? again : done;
        }),
      ),
    );
    await publishAll(["never"]);
    const started = Date.now();
    for (let index = 0; index < 50; index += 1) {
      await publishAll([`a ${index}`, `b ${index}`]);
      await until(
        "the neighbours are handled",
        () => seen,
        (events) => events.includes(`a ${index}`) && events.includes(`b ${index}`),
      );
    }
    expect(Date.now() - started).to.be.below(10_000);
    expect(seen.filter((event) => event !== "never")).to.have.length(100);
  });

  it("tells the server that a long batch is being worked on", async () => {
    const deliveries: number[] = [];
    await publishAll(["a"]);
    await using consumption = messaging.consume(
      consumerOf(
        async (events) => {
          deliveries.push(...events.map((one) => one.deliveries));
          await new Promise((resolve) => setTimeout(resolve, 1_200)); // Four times its ack wait.
          return allDone(events);
        },
        { ackWaitMs: 300 },
      ),
    );
    await until(
      "it is settled",
      () => (deliveries.length > 0 ? consumption.held : -1),
      (held) => held === 0,
    );
    expect(deliveries).to.deep.equal([1]);
  });

  it("hands on all publications of an event, in order", async () => {
    const seen: (readonly [string, number])[] = [];
    for (const publication of [1, 2, 2, 3]) {
      await messaging.publish(eventOf(stream, "a", publication)); // The second 2 is a duplicate.
    }
    await using _consumption = messaging.consume(
      consumerOf(async (events) => {
        seen.push(...events.map(({ id, publication }) => [id, publication] as const));
        return allDone(events);
      }),
    );
    await until(
      "all are handled",
      () => seen.length,
      (count) => count === 3,
    );
    expect(seen).to.deep.equal([
      ["a", 1],
      ["a", 2],
      ["a", 3],
    ]);
  });

  it("works on as many batches at once as it has lanes", async () => {
    let atOnce = 0;
    let most = 0;
    let handled = 0;
    await publishAll(Array.from({ length: 40 }, (_, index) => `event ${index}`));
    await using _consumption = messaging.consume(
      consumerOf(
        async (events) => {
          atOnce += 1;
          most = Math.max(most, atOnce);
          await new Promise((resolve) => setTimeout(resolve, 20)); // The work.
          atOnce -= 1;
          handled += events.length;
          return allDone(events);
        },
        { lanes: 2, maxBatch: 10 },
      ),
    );
    await until(
      "all are handled",
      () => handled,
      (count) => count === 40,
    );
    expect(most).to.equal(2);
  });

  it("finishes the batch in flight when it is disposed of, and returns the rest at once", async () => {
    const seen: string[] = [];
    const gate = Promise.withResolvers<void>();
    const first = messaging.consume(
      consumerOf(
        async (events) => {
          seen.push(...events.map(({ event }) => event));
          await gate.promise;
          return allDone(events);
        },
        { maxBatch: 1 },
      ),
    );
    await publishAll(["a", "b"]);
    await until(
      "one is worked on, and the other waits for it",
      () => ({ held: first.held, begun: seen.length }),
      ({ held, begun }) => held === 2 && begun === 1,
    );
    const disposal = first[Symbol.asyncDispose]();
    gate.resolve();
    await disposal;
    expect(seen).to.deep.equal(["a"]);
    await using _second = messaging.consume(
      consumerOf(async (events) => {
        seen.push(...events.map(({ event, deliveries }) => `${event} ${deliveries}`));
        return allDone(events);
      }),
    );
    await until(
      "the other comes again",
      () => seen.length,
      (count) => count === 2,
      5_000,
    );
    expect(seen).to.deep.equal(["a", "b 2"]);
  });

  it("returns what is on its way to it when it is disposed of", async () => {
    await using link = await Link.open(new URL((await testServers()).natsUrl).host);
    await using distant = await connectTo(`nats://${link.address}`);
    const seen: string[] = [];
    const collect = async (events: readonly Received<string>[]) => {
      seen.push(...events.map(({ event, deliveries }) => `${event} ${deliveries}`));
      return allDone(events);
    };
    const first = distant.consume(consumerOf(collect));
    await publishAll(["a"]);
    await until(
      "the first is handled, and more are asked for",
      () => seen.length === 1 && first.held === 0,
      Boolean,
    );
    link.weather = { latencyMs: 500 };
    await publishAll(["b", "c"]);
    await until(
      "the server has sent them",
      () => messaging.consumers(stream),
      ([durable]) => durable?.pending === 0,
    );
    await first[Symbol.asyncDispose]();
    link.weather = fair;
    await using _second = messaging.consume(consumerOf(collect));
    await until(
      "they come again",
      () => seen.length,
      (count) => count === 3,
      5_000, // Long before the server would send them again by itself.
    );
    expect(seen).to.deep.equal(["a 1", "b 2", "c 2"]);
  });

  it("ends soon although NATS is heard no more when it is disposed of", async () => {
    await using link = await Link.open(new URL((await testServers()).natsUrl).host);
    await using distant = await connectTo(`nats://${link.address}`);
    const seen: string[] = [];
    const consumption = distant.consume(
      consumerOf(async (events) => {
        seen.push(...events.map(({ event }) => event));
        return allDone(events);
      }),
    );
    await publishAll(["a"]);
    await until("it is at work", () => seen.length === 1 && consumption.held === 0, Boolean);
    link.weather = { isBlackHole: true };
    const since = performance.now();
    await consumption[Symbol.asyncDispose]();
    expect(performance.now() - since).to.be.below(10_000); // The silence is noticed after 30 s.
    link.cut();
  });

  it("shares the messages among replicas", async () => {
    const seen: string[] = [];
    const replica = () =>
      messaging.consume(
        consumerOf(
          async (events) => {
            seen.push(...events.map(({ event }) => event));
            return allDone(events);
          },
          { maxBatch: 10 },
        ),
      );
    await using _one = replica();
    await using _two = replica();
    const texts = Array.from({ length: 300 }, (_, index) => `event ${index}`);
    await publishAll(texts);
    await until(
      "all are handled",
      () => seen.length,
      (count) => count >= 300,
    );
    expect([...seen].sort()).to.deep.equal([...texts].sort());
  });
});
