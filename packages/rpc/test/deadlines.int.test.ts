import { StatusServiceDefinition } from "@waybill/contracts/status";
import { expect } from "chai";
import { createChannel, createClient as createRawClient } from "nice-grpc";
import { ClientError } from "nice-grpc-common";
import { timeoutMs } from "../src/deadline.ts";
import { Metadata, Status } from "../src/index.ts";
import { aborted, clientOf, type Handlers, refusalFrom, serve, timed, until } from "./support.ts";

const maxDeadlineMs = 150;

/** A server whose handlers wait until they are aborted, and a client that sends any timeout. */
async function waiting() {
  let abortions = 0;
  const getStatus: Handlers["getStatus"] = async (_, { signal }) => {
    await aborted(signal);
    abortions += 1;
    return {};
  };
  const watchStatuses: Handlers["watchStatuses"] = async function* (_, { signal }) {
    yield { position: "first" };
    await aborted(signal);
    abortions += 1;
    signal.throwIfAborted();
  };
  const server = await serve({ getStatus, watchStatuses }, { maxDeadlineMs });
  const channel = createChannel(server.address);
  const raw = createRawClient(StatusServiceDefinition, channel);
  const ask = (timeout?: string) =>
    raw
      .getStatus(
        {},
        { metadata: Metadata(timeout === undefined ? {} : { "grpc-timeout": timeout }) },
      )
      .then(
        () => Status.OK,
        (error: unknown) => (error instanceof ClientError ? error.code : Promise.reject(error)),
      );
  return {
    ask,
    raw,
    server,
    abortions: () => abortions,
    async [Symbol.asyncDispose]() {
      channel.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

describe("a deadline", () => {
  const replaced = [
    undefined,
    "-1S",
    "99999999H",
    "1000000S",
    "soon",
    "",
    "1S, 2S",
    "1.5S",
    "100000000m",
  ];
  for (const timeout of replaced) {
    it(`${timeout ?? "that is missing"} is replaced by the server's maximum`, async () => {
      await using test = await waiting();
      const start = performance.now();
      expect(await test.ask(timeout)).to.equal(Status.DEADLINE_EXCEEDED);
      expect(performance.now() - start).to.be.within(maxDeadlineMs - 5, maxDeadlineMs + 150);
      await until(() => test.abortions() === 1);
    });
  }

  for (const timeout of ["20m", "20000u", "0S"]) {
    it(`of ${timeout} holds`, async () => {
      await using test = await waiting();
      const start = performance.now();
      expect(await test.ask(timeout)).to.equal(Status.DEADLINE_EXCEEDED);
      expect(performance.now() - start).to.be.below(maxDeadlineMs - 20);
    });
  }

  it("is not imposed on a stream whose caller sets none, or nonsense", async () => {
    await using test = await waiting();
    const controller = new AbortController();
    for (const timeout of ["-1S", "99999999H"]) {
      const stream = test.raw
        .watchStatuses(
          {},
          { signal: controller.signal, metadata: Metadata({ "grpc-timeout": timeout }) },
        )
        [Symbol.asyncIterator]();
      await stream.next();
      const next = stream.next().catch(() => "ended");
      const outlived = new Promise((resolve) => setTimeout(resolve, 2 * maxDeadlineMs, "outlived"));
      expect(await Promise.race([next, outlived])).to.equal("outlived");
    }
    controller.abort();
  });

  it("of a stream ends it", async () => {
    await using test = await waiting();
    await using client = clientOf(test.server.address);
    const watching = (async () => {
      for await (const _ of client.watchStatuses({}, { timeoutMs: 50 }));
    })();
    expect((await refusalFrom(watching)).code).to.equal(Status.DEADLINE_EXCEEDED);
  });

  it("of a call covers all its attempts", async () => {
    await using test = await waiting();
    await using client = clientOf(test.server.address, { attemptTimeoutMs: 60, attempts: 10 });
    const call = client.getStatus({}, { timeoutMs: 200 });
    const [duration, refusal] = await Promise.all([timed(call), refusalFrom(call)]);
    expect(refusal.code).to.equal(Status.DEADLINE_EXCEEDED);
    expect(duration).to.be.within(140, 350);
  });

  it("is told to the callee, which stops working when it is over", async () => {
    await using test = await waiting();
    await using client = clientOf(test.server.address, { attempts: 1 });
    await refusalFrom(client.getStatus({}, { timeoutMs: 40 }));
    await until(() => test.abortions() === 1, maxDeadlineMs - 60);
  });
});

describe("a grpc-timeout", () => {
  it("is read in all units, and only when it is well-formed", () => {
    const values = [
      "1H",
      "2M",
      "3S",
      "4m",
      "5000u",
      "6000000n",
      "",
      "S",
      "-1S",
      "1s",
      "123456789m",
    ];
    expect(values.map(timeoutMs)).to.deep.equal([
      3_600_000,
      120_000,
      3_000,
      4,
      5,
      6,
      ...Array(5).fill(undefined),
    ]);
  });
});
