import type { CallContext } from "@waybill/rpc";
import { expect } from "chai";
import { until } from "./support/fakes.ts";
import { startGateway, type TestGateway } from "./support/gateway.ts";

const limits = { perAddress: 0, perIdentity: 0, logins: 0 };

const login = { email: "alice@example.com", password: "wrong" };

describe("the door", () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startGateway({ replicas: 3 });
  });
  after(() => gateway[Symbol.asyncDispose]());
  afterEach(() => gateway.fakes.reset());

  it("spreads requests over all replicas of a service", async () => {
    for (let request = 0; request < 60; request++)
      await gateway.call("GET", "/api/payments/o-1", { as: "alice" });
    expect(gateway.fakes.perReplica).to.have.length(3);
    for (const calls of gateway.fakes.perReplica) expect(calls).to.be.at.least(10);
  });

  it("ends the call to the service when the client hangs up", async () => {
    gateway.fakes.on(
      "getPayment",
      ((_: unknown, { signal }: CallContext) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener("abort", () => reject(signal.reason), { once: true }),
        )) as never,
    );
    const hangUp = new AbortController();
    const request = gateway.call("GET", "/api/payments/o-1", {
      as: "alice",
      signal: hangUp.signal,
    });
    await until(() => gateway.fakes.received.length === 1);
    const { signal } = gateway.fakes.last("getPayment");
    expect(signal.aborted).to.equal(false);
    hangUp.abort();
    await request.catch(() => {});
    await until(() => signal.aborted);
  });

  it("does not wait for ever for a service that does not answer", async () => {
    gateway.fakes.on("getPayment", () => new Promise(() => {}));
    const { status, body } = await gateway.call("GET", "/api/payments/o-1", { as: "alice" });
    expect(status).to.equal(504);
    expect(body).to.include({ reason: "CALLEE_UNAVAILABLE" });
  });

  it("answers with the request's own id and trace, and passes the trace on", async () => {
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    const headers = {
      "x-request-id": "my-request",
      traceparent: `00-${traceId}-b7ad6b7169203331-01`,
    };
    const { headers: answered } = await gateway.call("GET", "/api/payments/o-1", {
      as: "alice",
      headers,
    });
    expect(answered.get("x-request-id")).to.equal("my-request");
    expect(answered.get("x-trace-id")).to.equal(traceId);
    const odd = await gateway.call("GET", "/healthz", { headers: { "x-request-id": "a b" } });
    expect(odd.headers.get("x-request-id")).to.match(/^[\da-f-]{36}$/);
  });

  it("presents its own identity only for what it does for nobody", async () => {
    await gateway.call("POST", "/api/auth/login", { as: "alice", body: login });
    expect(gateway.fakes.last("authenticate").authorization).to.equal("Bearer own");
    expect(gateway.fakes.last("authenticate").request).to.include({ clientAddress: "127.0.0.1" });
    await gateway.call("GET", "/api/notifications", { as: "bob" });
    expect(gateway.fakes.last("listNotifications").authorization).to.equal("Bearer bob");
    expect(gateway.fakes.last("listNotifications").request).to.include({ userId: "bob" });
  });

  it("refuses what is no JSON, too large, of another kind, or no route, with the one body", async () => {
    const post = (body: string, headers = {}) =>
      gateway.call("POST", "/api/orders", { as: "alice", body, headers });
    const keys = ["error", "status", "reason", "fields", "traceId"];
    const cases = [
      [await post("{"), 400, "MALFORMED_REQUEST"],
      [await post('{"__proto__":{}}'), 400, "MALFORMED_REQUEST"],
      [await post(JSON.stringify("x".repeat(70_000))), 413, "BODY_TOO_LARGE"],
      [await post("a=b", { "content-type": "text/plain" }), 415, "UNSUPPORTED_MEDIA_TYPE"],
      [await gateway.call("GET", "/api/nothing"), 404, "ROUTE_NOT_FOUND"],
      [
        await gateway.call("GET", `/api/payments/${"x".repeat(65)}`, { as: "alice" }),
        400,
        "INVALID_FIELD",
      ],
      [await gateway.call("GET", "/api/orders?pageSize=0", { as: "alice" }), 400, "INVALID_FIELD"],
      [await post(""), 400, "INVALID_FIELD"],
    ] as const;
    for (const [{ status, body }, expected, reason] of cases) {
      expect(status, reason).to.equal(expected);
      expect(body).to.have.all.keys(keys).and.to.include({ reason, status: expected });
    }
    expect(gateway.fakes.received).to.deep.equal([]);
  });

  it("lets pages of known origins call, and no others", async () => {
    const ask = (origin: string, method = "GET") =>
      gateway.call(method, "/api/inventory", {
        headers: { origin, "access-control-request-method": "POST" },
      });
    const known = await ask("https://shop.example", "OPTIONS");
    expect(known.status).to.equal(204);
    expect(known.headers.get("access-control-allow-origin")).to.equal("https://shop.example");
    expect(known.headers.get("access-control-allow-methods")).to.include("PATCH");
    const read = await ask("https://shop.example");
    expect(read.headers.get("access-control-expose-headers")).to.include("Link");
    const unknown = await ask("https://evil.example");
    expect(unknown.headers.get("access-control-allow-origin")).to.equal(null);
  });

  it("tells browsers to be careful", async () => {
    const { headers } = await gateway.call("GET", "/healthz");
    expect(headers.get("x-content-type-options")).to.equal("nosniff");
    expect(headers.get("content-security-policy")).to.include("default-src 'none'");
  });
});

describe("the limits of the door", () => {
  const codes = async (count: number, request: () => Promise<{ status: number }>) => {
    const seen: number[] = [];
    for (let index = 0; index < count; index++) seen.push((await request()).status);
    return seen;
  };

  it("count per identity, and say how much is left and when to come again", async () => {
    await using gateway = await startGateway({ limits: { ...limits, perIdentity: 2 } });
    const get = (as: string) => gateway.call("GET", "/api/orders/o-1", { as });
    const first = await get("alice");
    expect(first.headers.get("ratelimit-limit")).to.equal("2");
    expect(first.headers.get("ratelimit-remaining")).to.equal("1");
    expect(Number(first.headers.get("ratelimit-reset"))).to.be.within(1, 60);
    await get("alice");
    const third = await get("alice");
    expect(third.status).to.equal(429);
    expect(Number(third.headers.get("retry-after"))).to.be.within(1, 60);
    expect(third.body).to.include({ reason: "RATE_LIMITED", status: 429 });
    expect((await get("bob")).status).to.equal(200);
  });

  it("count per address, also whoever has no token or a bad one, but never probes", async () => {
    await using gateway = await startGateway({ limits: { ...limits, perAddress: 3 } });
    const seen = await codes(4, () => gateway.call("GET", "/api/orders", { as: "forged" }));
    expect(seen).to.deep.equal([401, 401, 401, 429]);
    expect((await gateway.call("GET", "/api/orders", { as: "alice" })).status).to.equal(429);
    expect((await gateway.call("GET", "/api/nothing")).status).to.equal(429);
    expect(await codes(5, () => gateway.call("GET", "/healthz"))).to.deep.equal(Array(5).fill(200));
  });

  it("are stricter for logins, each address by itself", async () => {
    await using gateway = await startGateway({
      limits: { ...limits, logins: 2 },
      trustedProxies: ["127.0.0.1"],
    });
    const loginFrom = (address: string) => {
      const headers = { "x-forwarded-for": address };
      return codes(3, () => gateway.call("POST", "/api/auth/login", { body: login, headers }));
    };
    expect(await loginFrom("192.0.2.1")).to.deep.equal([200, 200, 429]);
    expect(gateway.fakes.last("authenticate").request).to.include({ clientAddress: "192.0.2.1" });
    expect(await loginFrom("192.0.2.2")).to.deep.equal([200, 200, 429]);
    expect((await gateway.call("GET", "/api/orders", { as: "alice" })).status).to.equal(200);
  });

  it("turn requests away while the event loop is late, but answer probes", async () => {
    await using gateway = await startGateway({ maxEventLoopDelayMs: 1 });
    const blocker = setInterval(() => {
      const end = performance.now() + 60;
      while (performance.now() < end);
    }, 70);
    try {
      let answer = await gateway.call("GET", "/api/orders", { as: "alice" });
      const deadline = performance.now() + 5_000;
      while (answer.status !== 503 && performance.now() < deadline)
        answer = await gateway.call("GET", "/api/orders", { as: "alice" });
      expect(answer.status).to.equal(503);
      expect(answer.headers.get("retry-after")).to.equal("1");
      expect(answer.body).to.include({ reason: "OVERLOADED" });
      expect((await gateway.call("GET", "/healthz")).status).to.equal(200);
    } finally {
      clearInterval(blocker);
    }
  });
});
