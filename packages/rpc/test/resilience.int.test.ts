import { createServer as createTcpServer, type Socket } from "node:net";
import { ErrorReason } from "@waybill/contracts/errors";
import { OrderServiceDefinition } from "@waybill/contracts/order";
import { UserServiceDefinition, type UserServiceImplementation } from "@waybill/contracts/user";
import { expect } from "chai";
import {
  breakerState,
  createClient,
  type Refusal,
  refuse,
  Status,
  startServer,
} from "../src/index.ts";
import {
  aborted,
  clientOf,
  type Handlers,
  keptLog,
  quiet,
  refusalFrom,
  serve,
  timed,
  until,
} from "./support.ts";

type Definition = Parameters<typeof createClient>[0];

const ok: Handlers["getStatus"] = async ({ orderId }) => ({ status: { orderId } });

/** A handler that refuses so many times and then answers; and how often it was called. */
function failing(times: number, refusal: () => Refusal) {
  const state = { calls: 0 };
  const getStatus: Handlers["getStatus"] = async () => {
    state.calls += 1;
    if (state.calls <= times) throw refusal();
    return { status: { orderId: "done" } };
  };
  return { state, getStatus };
}

/** A port on which nobody listens. */
async function deadAddress(): Promise<string> {
  const server = await serve({});
  await server.drain();
  return server.address;
}

const portOf = (address: string) => Number(address.split(":")[1]);

describe("a retry", () => {
  const unavailable = (retryDelayMs?: number) => () =>
    refuse.unavailable(ErrorReason.CALLEE_UNAVAILABLE, "not now", retryDelayMs);

  it("helps against what is over soon", async () => {
    const { state, getStatus } = failing(2, unavailable());
    await using server = await serve({ getStatus });
    await using client = clientOf(server.address);
    expect((await client.getStatus({})).status?.orderId).to.equal("done");
    expect(state.calls).to.equal(3);
  });

  it("waits as long as the callee asks, when that is short", async () => {
    const { state, getStatus } = failing(1, unavailable(300));
    await using server = await serve({ getStatus });
    await using client = clientOf(server.address);
    expect(await timed(client.getStatus({}))).to.be.within(295, 600);
    expect(state.calls).to.equal(2);
  });

  it("is not waited for beyond the deadline: the refusal is the answer, at once", async () => {
    const { state, getStatus } = failing(9, unavailable(1_000));
    await using server = await serve({ getStatus });
    await using client = clientOf(server.address);
    const call = client.getStatus({}, { timeoutMs: 950 });
    const [duration, refusal] = await Promise.all([timed(call), refusalFrom(call)]);
    expect(refusal).to.include({ code: Status.UNAVAILABLE, retryDelayMs: 1_000 });
    expect(duration).to.be.below(900);
    expect(state.calls).to.equal(1);
  });

  it("is made after RESOURCE_EXHAUSTED that says when to come again", async () => {
    const overloaded = () => refuse.resourceExhausted(ErrorReason.OVERLOADED, "full", 20);
    const { state, getStatus } = failing(1, overloaded);
    await using server = await serve({ getStatus });
    await using client = clientOf(server.address);
    await client.getStatus({});
    expect(state.calls).to.equal(2);
  });

  const final: readonly [what: string, refusal: () => Refusal][] = [
    ["a wrong request", () => refuse.invalidField("order_id", "is bad")],
    ["a business refusal", () => refuse.failedPrecondition(ErrorReason.OUT_OF_STOCK, "short")],
    ["an abort", () => refuse.aborted(ErrorReason.ORDER_CANCELLED, "cancelled")],
    ["a long wait", unavailable(60_000)],
  ];
  for (const [what, refusal] of final) {
    it(`is not made after ${what}`, async () => {
      const { state, getStatus } = failing(9, refusal);
      await using server = await serve({ getStatus });
      await using client = clientOf(server.address);
      expect((await refusalFrom(client.getStatus({}))).message).to.equal(refusal().message);
      expect(state.calls).to.equal(1);
    });
  }

  it("is made when an attempt gets no answer", async () => {
    let calls = 0;
    const getStatus: Handlers["getStatus"] = async (request, call) => {
      calls += 1;
      if (calls === 1) await aborted(call.signal);
      return ok?.(request, call) ?? {};
    };
    await using server = await serve({ getStatus });
    await using client = clientOf(server.address, { attemptTimeoutMs: 100 });
    expect(await timed(client.getStatus({}))).to.be.within(95, 400);
    expect(calls).to.equal(2);
  });

  /** Serves the exchange of refresh tokens, which no contract calls idempotent. */
  async function exchanging(refreshTokens: UserServiceImplementation["refreshTokens"]) {
    const server = await startServer({
      name: "test",
      host: "127.0.0.1",
      port: 0,
      logger: quiet,
      services: [[UserServiceDefinition, { refreshTokens } as UserServiceImplementation]],
    });
    server.serve();
    return server;
  }

  it("is never made of what the contract does not call idempotent, which has all the time instead", async () => {
    let calls = 0;
    await using server = await exchanging(async (_, { signal }) => {
      calls += 1;
      await aborted(signal);
      return {};
    });
    const config = { callee: "users", address: server.address, logger: quiet };
    await using client = createClient(UserServiceDefinition, { ...config, attemptTimeoutMs: 50 });
    const call = client.refreshTokens({ refreshToken: "r" }, { timeoutMs: 250 });
    expect(await timed(call)).to.be.within(240, 600);
    expect(calls).to.equal(1);
  });

  it("is made of it only when the callee has not begun: its database may have lost the answer to a commit", async () => {
    const refusals = [
      [refuse.unavailable(ErrorReason.CALLEE_UNAVAILABLE, "The database is away", 1), 1],
      [refuse.unavailable(ErrorReason.SHUTTING_DOWN, "Another replica can answer", 1), 2],
      [refuse.resourceExhausted(ErrorReason.OVERLOADED, "full", 1), 2],
    ] as const;
    for (const [refusal, expected] of refusals) {
      let calls = 0;
      await using server = await exchanging(async () => {
        calls += 1;
        if (calls === 1) throw refusal;
        return {};
      });
      const config = { callee: "users", address: server.address, logger: quiet };
      await using client = createClient(UserServiceDefinition, config);
      await client.refreshTokens({ refreshToken: "r" }).catch(() => {});
      expect(calls, refusal.message).to.equal(expected);
    }
  });

  /** How often an RPC whose first answer is lost is called for one request. */
  async function callsFor(definition: Definition, method: string, request: object) {
    let calls = 0;
    const handler = async () => {
      calls += 1;
      if (calls === 1) throw refuse.unavailable(ErrorReason.CALLEE_UNAVAILABLE, "Lost", 1);
      return {};
    };
    await using server = await startServer({
      name: "test",
      host: "127.0.0.1",
      port: 0,
      logger: quiet,
      services: [[definition, { [method]: handler }] as never],
    });
    server.serve();
    const config = { callee: "test", address: server.address, logger: quiet };
    await using client = createClient(definition, config);
    const methods = client as unknown as Record<string, (given: object) => Promise<unknown>>;
    await methods[method]?.(request).catch(() => {});
    return calls;
  }

  it("is made of an order or an account only if the request names it: otherwise it would be another one", async () => {
    const order = (method: string, request: object) =>
      callsFor(OrderServiceDefinition, method, request);
    expect(await order("createOrder", { userId: "alice" })).to.equal(1);
    expect(await order("createOrder", { userId: "alice", requestId: "r" })).to.equal(2);
    expect(await order("createOrder", { userId: "alice", orderId: "o" })).to.equal(2);
    const requests = [{ requestId: "r" }, { orderId: "o" }];
    expect(await order("batchCreateOrders", { requests })).to.equal(2);
    expect(await order("batchCreateOrders", { requests: [...requests, {}] })).to.equal(1);
    const user = (request: object) => callsFor(UserServiceDefinition, "createUser", request);
    expect(await user({ email: "ann@example.org" })).to.equal(1);
    expect(await user({ email: "ann@example.org", userId: "ann" })).to.equal(2);
  });

  it("finds the callee that was restarted in the middle of a call", async () => {
    let entered = 0;
    const stuck: Handlers["getStatus"] = async (_, { signal }) => {
      entered += 1;
      await aborted(signal);
      return {};
    };
    const server = await serve({ getStatus: stuck }, { drainMs: 0 });
    await using client = clientOf(server.address, { attempts: 10 });
    const call = client.getStatus({ orderId: "o-1" });
    await until(() => entered === 1);
    await server.drain();
    await using _restarted = await serve({ getStatus: ok }, { port: server.port });
    expect((await call).status?.orderId).to.equal("o-1");
  });
});

describe("a breaker", () => {
  it("opens when nobody listens, answers at once, and closes when somebody does", async () => {
    const address = await deadAddress();
    const { logger, lines } = keptLog();
    await using client = clientOf(address, { callee: "b1", logger });
    const first = await refusalFrom(client.getStatus({}));
    expect(first).to.include({ code: Status.UNAVAILABLE, reason: ErrorReason.CALLEE_UNAVAILABLE });
    await refusalFrom(client.getStatus({}));
    expect(breakerState("b1")).to.equal("open");

    const durations: number[] = [];
    for (let i = 0; i < 50; i++) durations.push(await timed(client.getStatus({})));
    expect(durations.toSorted((a, b) => a - b)[25]).to.be.below(20);
    const refusal = await refusalFrom(client.getStatus({}));
    expect(refusal).to.include({
      code: Status.UNAVAILABLE,
      reason: ErrorReason.CALLEE_UNAVAILABLE,
    });
    expect(refusal.metadata).to.deep.equal({ callee: "b1" });

    await using _server = await serve({ getStatus: ok }, { port: portOf(address) });
    const back = performance.now();
    await until(() =>
      client.getStatus({}).then(
        () => true,
        () => false,
      ),
    );
    expect(performance.now() - back).to.be.below(2_000);
    expect(breakerState("b1")).to.equal("closed");
    expect(lines.map(({ breaker }) => breaker)).to.deep.equal(["open", "closed"]);
  });

  it("opens when the callee accepts but never answers, and sacrifices no caller to ask again", async () => {
    const sockets = new Set<Socket>();
    const hole = createTcpServer((socket) => sockets.add(socket.on("error", () => {})));
    await new Promise<void>((resolve) => hole.listen(0, "127.0.0.1", resolve));
    const address = `127.0.0.1:${(hole.address() as { port: number }).port}`;
    await using client = clientOf(address, {
      callee: "b2",
      attemptTimeoutMs: 400, // A busy machine answers at once, too, but not within a few ms.
      breaker: { consecutiveFailures: 3, halfOpenAfterMs: 50 },
    });
    expect((await refusalFrom(client.getStatus({}))).code).to.be.oneOf([
      Status.DEADLINE_EXCEEDED,
      Status.UNAVAILABLE,
    ]);
    expect(breakerState("b2")).to.not.equal("closed");
    const seen = new Set<string | undefined>();
    const end = performance.now() + 1_000;
    let slowest = 0;
    while (performance.now() < end) {
      seen.add(breakerState("b2"));
      slowest = Math.max(slowest, await timed(client.getStatus({})));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect([...seen]).to.have.members(["open", "half-open"]);
    expect(slowest).to.be.below(300);
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => hole.close(resolve));
  });

  it("asks again in time, also when the clock was set back meanwhile", async () => {
    const address = await deadAddress();
    await using client = clientOf(address, {
      callee: "b6",
      breaker: { consecutiveFailures: 3, halfOpenAfterMs: 50 },
    });
    const { now } = Date;
    Date.now = () => now() + 3_600_000;
    try {
      await refusalFrom(client.getStatus({}));
      expect(breakerState("b6")).to.equal("open");
    } finally {
      Date.now = now;
    }
    await using _server = await serve({ getStatus: ok }, { port: portOf(address) });
    await until(() => breakerState("b6") === "closed");
  });

  it("does not count refusals of the callee's own", async () => {
    const { getStatus } = failing(1_000, () => refuse.unavailable(ErrorReason.TRY_PENDING, "wait"));
    await using server = await serve({ getStatus });
    await using client = clientOf(server.address, { callee: "b3", attempts: 1 });
    for (let i = 0; i < 20; i++) await refusalFrom(client.getStatus({}));
    expect(breakerState("b3")).to.equal("closed");
  });

  it("counts attempts in a row: an answer in between starts anew", async () => {
    let calls = 0;
    const getStatus: Handlers["getStatus"] = async (_, { signal }) => {
      calls += 1;
      if (calls % 3 !== 0) await aborted(signal);
      return {};
    };
    await using server = await serve({ getStatus });
    await using client = clientOf(server.address, {
      callee: "b4",
      attempts: 1,
      attemptTimeoutMs: 200,
      breaker: { consecutiveFailures: 3 },
    });
    for (let i = 0; i < 9; i++) await timed(client.getStatus({}));
    expect(breakerState("b4")).to.equal("closed");
  });

  it("is shared by all clients of one address, and forgotten with the last", async () => {
    const address = await deadAddress();
    const one = clientOf(address, { callee: "b5" });
    const other = clientOf(address, { callee: "b5" });
    for (let i = 0; i < 2; i++) await refusalFrom(one.getStatus({}));
    expect(await timed(other.getStatus({}))).to.be.below(50);
    await one[Symbol.asyncDispose]();
    expect(breakerState("b5")).to.equal("open");
    await other[Symbol.asyncDispose]();
    expect(breakerState("b5")).to.equal(undefined);
  });
});

describe("a callee that is restarted between two calls", () => {
  it("is found again within about a second", async () => {
    const server = await serve({ getStatus: ok });
    await using client = clientOf(server.address);
    await client.getStatus({});
    await server.drain();
    await refusalFrom(client.getStatus({}));
    await using _restarted = await serve({ getStatus: ok }, { port: server.port });
    const start = performance.now();
    await until(() =>
      client.getStatus({}).then(
        () => true,
        () => false,
      ),
    );
    expect(performance.now() - start).to.be.below(1_500);
  });
});

describe("a bulkhead", () => {
  it("lets so many calls through at a time, lets so many wait, and refuses the rest", async () => {
    let running = 0;
    let most = 0;
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const getStatus: Handlers["getStatus"] = async () => {
      running += 1;
      most = Math.max(most, running);
      await gate;
      running -= 1;
      return {};
    };
    await using server = await serve({ getStatus });
    await using client = clientOf(server.address, { bulkhead: { concurrent: 2, queued: 3 } });
    const calls = Array.from({ length: 6 }, () => client.getStatus({}));
    const refusal = await refusalFrom(calls[5] as Promise<unknown>);
    expect(refusal).to.include({ code: Status.RESOURCE_EXHAUSTED, reason: ErrorReason.OVERLOADED });
    await until(() => running === 2);
    open();
    await Promise.all(calls.slice(0, 5));
    expect(most).to.equal(2);
  });

  it("does not let a call wait beyond its deadline", async () => {
    const getStatus: Handlers["getStatus"] = async (_, { signal }) => {
      await aborted(signal);
      return {};
    };
    await using server = await serve({ getStatus });
    await using client = clientOf(server.address, {
      bulkhead: { concurrent: 1, queued: 3 },
      attempts: 1,
    });
    const long = client.getStatus({}, { timeoutMs: 1_000 }).catch(() => {});
    const waiting = client.getStatus({}, { timeoutMs: 50 });
    const [duration, refusal] = await Promise.all([timed(waiting), refusalFrom(waiting)]);
    expect(refusal.code).to.equal(Status.DEADLINE_EXCEEDED);
    expect(duration).to.be.below(300);
    await long;
  });
});

describe("a caller that gives up", () => {
  it("is CANCELLED at once, is not retried, and stops the callee's work", async () => {
    let abortions = 0;
    let calls = 0;
    const getStatus: Handlers["getStatus"] = async (_, { signal }) => {
      calls += 1;
      await aborted(signal);
      abortions += 1;
      return {};
    };
    await using server = await serve({ getStatus });
    await using client = clientOf(server.address);
    const controller = new AbortController();
    const call = refusalFrom(client.getStatus({}, { signal: controller.signal }));
    await until(() => calls === 1);
    controller.abort();
    expect((await call).code).to.equal(Status.CANCELLED);
    await until(() => abortions === 1);
    expect(calls).to.equal(1);
  });

  it("between two attempts is CANCELLED at once, and no other attempt is made", async () => {
    const later = () => refuse.unavailable(ErrorReason.OVERLOADED, "not now", 1_000);
    const { state, getStatus } = failing(9, later);
    await using server = await serve({ getStatus });
    await using client = clientOf(server.address);
    const call = client.getStatus({}, { signal: AbortSignal.timeout(200) });
    const [duration, { code }] = await Promise.all([timed(call), refusalFrom(call)]);
    expect(code).to.equal(Status.CANCELLED);
    expect(duration).to.be.below(900);
    expect(state.calls).to.equal(1);
  });

  it("of thousands of calls costs no other on its connection anything", async () => {
    const held = Promise.withResolvers<void>();
    const calls = { held: 0, left: 0 };
    const getStatus: Handlers["getStatus"] = async ({ orderId }, { signal }) => {
      calls[orderId as keyof typeof calls] += 1;
      await (orderId === "held" ? held.promise : aborted(signal));
      return { status: { orderId } };
    };
    await using server = await serve({ getStatus });
    const patient = { timeoutMs: 30_000, attemptTimeoutMs: 30_000 }; // One attempt, however slow the machine is.
    await using client = clientOf(server.address, { channels: 1, ...patient });
    const answer = client.getStatus({ orderId: "held" });
    for (let begun = 100; begun <= 3_000; begun += 100) {
      const controller = new AbortController();
      const options = { signal: controller.signal };
      const left = Array.from({ length: 100 }, () =>
        refusalFrom(client.getStatus({ orderId: "left" }, options)),
      );
      await until(() => calls.left === begun);
      controller.abort();
      await Promise.all(left);
    }
    held.resolve();
    expect((await answer).status?.orderId).to.equal("held");
    expect(calls.held).to.equal(1);
  });

  it("before the call is made makes none", async () => {
    const { state, getStatus } = failing(0, () => refuse.invalidField("a", "b"));
    await using server = await serve({ getStatus });
    await using client = clientOf(server.address);
    const { code } = await refusalFrom(client.getStatus({}, { signal: AbortSignal.abort() }));
    expect(code).to.equal(Status.CANCELLED);
    expect(state.calls).to.equal(0);
  });
});
