import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { ErrorReason } from "@waybill/contracts/errors";
import { OrderState } from "@waybill/contracts/status";
import type { Caller } from "@waybill/identity";
import { type CallContext, refuse } from "@waybill/rpc";
import { expect } from "chai";
import { transition, until } from "./support/fakes.ts";
import { startGateway, type TestGateway } from "./support/gateway.ts";

interface Watched {
  readonly orderId: string;
  readonly afterVersion: number;
  readonly afterPosition: string;
}

const states = [0, OrderState.PENDING, OrderState.CONFIRMED, OrderState.PROCESSING] as const;

/** A service that knows three transitions, and then waits until the caller is gone. */
async function* journal({ afterVersion }: Watched, { signal }: CallContext) {
  for (let version = afterVersion + 1; version <= 3; version++) {
    const step = transition(version, states[version] ?? 0, states[version - 1] ?? 0);
    yield { transition: step, position: "" };
  }
  await new Promise((_, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason), { once: true }),
  );
}

/** Reads until so many events have come. */
async function read(response: Response, count: number): Promise<string[]> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (text.split("\n\n").filter((part) => part.includes("id: ")).length < count) {
    const step = await reader?.read();
    if (step === undefined || step.done) break;
    text += step.value;
  }
  await reader?.cancel();
  return text.split("\n\n").filter((part) => part.includes("id: "));
}

const idsOf = (events: readonly string[]) => events.map((event) => /^id: (.*)$/m.exec(event)?.[1]);

const nothing: Watched = { orderId: "", afterVersion: 0, afterPosition: "" };

const alice: Caller = { kind: "user", userId: "alice", roles: ["customer"], token: "" };

describe("server-sent events", () => {
  let gateway: TestGateway;
  beforeEach(async () => {
    gateway = await startGateway({ maxStreamsPerIdentity: 2 });
    gateway.fakes.on("watchStatuses", journal as never);
  });
  afterEach(() => gateway[Symbol.asyncDispose]());

  const watch = (headers: Record<string, string> = {}, as = "alice", path = "o-1/events") =>
    gateway.open("GET", `/api/orders/${path}`, { as, headers });

  it("come as they happen, with the caller's own token, and are not kept by anybody", async () => {
    const response = await watch();
    expect(response.headers.get("content-type")).to.match(/^text\/event-stream/);
    expect(response.headers.get("cache-control")).to.equal("no-store");
    expect(idsOf(await read(response, 3))).to.deep.equal(["1", "2", "3"]);
    const { authorization, request } = gateway.fakes.last("watchStatuses");
    expect(authorization).to.equal("Bearer alice");
    expect(request).to.deep.equal({ orderId: "o-1", afterVersion: 0, afterPosition: "" });
  });

  it("go on after the Last-Event-ID, without gaps or repeats", async () => {
    await read(await watch(), 1);
    const resumed = await read(await watch({ "last-event-id": "1" }), 2);
    expect(idsOf(resumed)).to.deep.equal(["2", "3"]);
    expect((await watch({ "last-event-id": "x" })).status).to.equal(400);
  });

  it("of all orders begin with the position, and resume by it", async () => {
    gateway.fakes.on("watchStatuses", async function* ({ afterPosition }: Watched) {
      if (afterPosition === "") yield { transition: undefined, position: "p0" };
      yield { transition: transition(1, OrderState.PENDING), position: "p1" };
    } as never);
    const open = (headers = {}) => gateway.open("GET", "/api/events", { as: "root", headers });
    expect(idsOf(await read(await open(), 2))).to.deep.equal(["p0", "p1"]);
    await read(await open({ "last-event-id": "p0" }), 1);
    expect(gateway.fakes.last("watchStatuses").request).to.include({ afterPosition: "p0" });
  });

  it("of all orders after a position that is gone are refused, and not begun", async () => {
    gateway.fakes.on("watchStatuses", async function* ({ afterPosition }: Watched) {
      yield { transition: undefined, position: afterPosition };
      throw refuse.outOfRange(ErrorReason.POSITION_GONE, "There is no such position");
    } as never);
    const headers = { "last-event-id": "gone" };
    const response = await gateway.call("GET", "/api/events", { as: "root", headers });
    expect(response.status).to.equal(400);
    expect(response.body).to.include({ reason: "POSITION_GONE" });
  });

  it("start at once even when nothing happens for long", async () => {
    const response = await watch({ "last-event-id": "3" });
    expect(response.status).to.equal(200);
    await response.body?.cancel();
  });

  it("answer an early error as one, and tell a later one in the stream", async () => {
    const gone = refuse.outOfRange(ErrorReason.POSITION_GONE, "There is no such position");
    gateway.fakes.failWith(gone);
    const early = await watch({ "last-event-id": "9" });
    expect(early.status).to.equal(400);
    expect(await early.json()).to.include({ reason: "POSITION_GONE" });
    gateway.fakes.reset();
    gateway.fakes.on("watchStatuses", async function* () {
      yield { transition: transition(1, OrderState.PENDING), position: "" };
      throw refuse.unavailable(ErrorReason.SHUTTING_DOWN, "Come again");
    });
    const text = await (await watch()).text();
    expect(text).to.include("id: 1\n").and.to.include("event: error\ndata: ");
    expect(text).to.include('"reason":"SHUTTING_DOWN"');
  });

  it("end for the service when the client hangs up", async () => {
    await read(await watch(), 1);
    const { signal } = gateway.fakes.last("watchStatuses");
    await until(() => signal.aborted);
  });

  it("are cut off when the client reads nothing any more", async () => {
    await using impatient = await startGateway({ stalledMs: 300, maxStreamsPerIdentity: 1 });
    impatient.fakes.on("watchStatuses", async function* () {
      const reason = "x".repeat(100_000); // Large, so that all buffers are soon full.
      for (let version = 1; ; version++)
        yield { transition: { ...transition(version, OrderState.PENDING), reason }, position: "" };
    });
    const { hostname, port } = new URL(impatient.url);
    const client = connect(Number(port), hostname)
      .pause()
      .on("error", () => {});
    client.write(
      "GET /api/orders/o-1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer alice\r\n\r\n",
    );
    try {
      await until(() => impatient.fakes.received.length === 1);
      const { signal } = impatient.fakes.last("watchStatuses");
      await until(() => signal.aborted);
      impatient.fakes.on("watchStatuses", async function* () {});
      expect(
        (await impatient.call("GET", "/api/orders/o-1/events", { as: "alice" })).status,
      ).to.equal(204);
    } finally {
      client.destroy();
    }
  });

  it("that end before they begin say why", async () => {
    const silent = (_: unknown, { signal }: CallContext) =>
      journal({ ...nothing, afterVersion: 3 }, { signal } as CallContext);
    gateway.fakes.on("watchStatuses", silent as never);
    const ended = `x.${Buffer.from(JSON.stringify({ exp: 1 })).toString("base64url")}.y`;
    await using trusting = await startGateway({ verify: async () => alice });
    trusting.fakes.on("watchStatuses", silent as never);
    const expired = await trusting.call("GET", "/api/orders/o-1/events", { as: ended });
    expect(expired.status).to.equal(401);
    expect(expired.body).to.include({ reason: "TOKEN_EXPIRED" });
    gateway.ending.abort();
    const late = await watch();
    expect(late.status).to.equal(503);
    expect(late.headers.get("retry-after")).to.equal("1");
    expect(await late.json()).to.include({ reason: "SHUTTING_DOWN" });
  });

  it("end when the process stops", async () => {
    const response = await watch();
    const reading = response.text();
    gateway.ending.abort();
    expect(await reading).to.include("id: ");
  });

  it("take no place for a client that has hung up before its token was verified", async () => {
    const asked = Promise.withResolvers<void>();
    const verified = Promise.withResolvers<Caller>();
    const verify = () => {
      asked.resolve();
      return verified.promise;
    };
    await using slow = await startGateway({ verify, maxStreamsPerIdentity: 1 });
    slow.fakes.on("watchStatuses", journal as never);
    const hangUp = new AbortController();
    const open = (signal?: AbortSignal) =>
      slow.open("GET", "/api/orders/o-1/events", { as: "alice", ...(signal && { signal }) });
    const impatient = open(hangUp.signal).catch(() => {});
    await asked.promise;
    hangUp.abort();
    await impatient;
    await delay(50); // Until the server has noticed.
    verified.resolve(alice);
    await delay(50);
    expect((await open()).status).to.equal(200);
  });

  it("are only so many per identity, and a place is given back", async () => {
    const open = [await watch(), await watch()];
    const third = await watch();
    expect(third.status).to.equal(429);
    expect(await third.json()).to.include({ reason: "RATE_LIMITED" });
    expect((await watch({}, "bob")).status).to.equal(200);
    for (const response of open) await response.body?.cancel();
    let status = 0;
    const deadline = performance.now() + 5_000;
    while (status !== 200 && performance.now() < deadline) {
      const again = await watch();
      status = again.status;
      await again.body?.cancel();
    }
    expect(status).to.equal(200);
  });
});
