import { connect } from "node:net";
import { ErrorReason } from "@waybill/contracts/errors";
import { type CallContext, Refusal, refuse, Status } from "@waybill/rpc";
import { expect } from "chai";
import { until } from "./support/fakes.ts";
import { startGateway, type TestGateway } from "./support/gateway.ts";

const limits = { perAddress: 0, perIdentity: 0, logins: 0 };

const login = { email: "alice@example.com", password: "wrong" };

/** Sends bytes as they are; answers head and body of what comes back. */
async function sendRaw(url: string, text: string): Promise<{ head: string; body: unknown }> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname)
    .setEncoding("utf8")
    .on("error", () => {});
  let answer = "";
  socket.on("data", (part: string) => {
    answer += part;
  });
  socket.write(text);
  await until(() => answer.endsWith("}"));
  socket.destroy();
  const [head = "", body = ""] = answer.split("\r\n\r\n");
  return { head, body: JSON.parse(body) };
}

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

  it("names an account that is registered without an id, which the way to the service may repeat", async () => {
    const body = { name: "Dave", email: "dave@example.com" };
    await gateway.call("POST", "/api/users", { body });
    const { userId } = gateway.fakes.last("createUser").request as { userId: string };
    expect(userId).to.match(/^[\da-f-]{36}$/);
    await gateway.call("POST", "/api/users", { body: { ...body, userId: "dave" } });
    expect(gateway.fakes.last("createUser").request).to.include({ userId: "dave" });
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

  it("says what a path is there for when it is asked for something else", async () => {
    const cases = [
      ["DELETE", "/api/orders", "GET, HEAD, POST"],
      ["GET", "/api/auth/login", "POST"],
      ["POST", "/api/orders/o-1", "GET, HEAD"],
      ["PUT", "/api/orders/o-1/events?x=y", "GET"],
      ["HEAD", "/api/orders/o-1/events", "GET"],
      ["DELETE", "/.well-known/jwks.json", "GET, HEAD"],
    ] as const;
    for (const [method, path, allowed] of cases) {
      const answer = await gateway.open(method, path);
      expect(answer.status, `${method} ${path}`).to.equal(405);
      expect(answer.headers.get("allow")).to.equal(allowed);
    }
    const { body } = await gateway.call("DELETE", "/api/orders");
    expect(body).to.include({ status: 405, reason: "METHOD_NOT_ALLOWED" });
    for (const path of ["/api/nothing", "/xwell-known/jwks.json", "/api/orders/a/b"])
      expect((await gateway.call("DELETE", path)).status, path).to.equal(404);
  });

  it("cuts off a client that does not take its answers", async () => {
    await using impatient = await startGateway({ stalledMs: 300 });
    const { hostname, port } = new URL(impatient.url);
    const client = connect(Number(port), hostname)
      .pause()
      .on("error", () => {});
    try {
      // More than all buffers on the way hold.
      client.write("GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n".repeat(200));
      await until(async () => (await impatient.connections()) === 1);
      await until(async () => (await impatient.connections()) === 0);
    } finally {
      client.destroy();
    }
  });

  it("answers with the one body also what never becomes a request of a route", async () => {
    const get = (path: string, header = "") => `GET ${path} HTTP/1.1\r\nHost: x\r\n${header}\r\n`;
    const cases = [
      [get("/api/orders/%zz"), 400, "MALFORMED_REQUEST"],
      [get(`/api/orders/${"x".repeat(2_000)}`), 414, "MALFORMED_REQUEST"],
      [get("/healthz", `X-Large: ${"x".repeat(20_000)}\r\n`), 431, "HEADERS_TOO_LARGE"],
      ["What is this?\r\n\r\n", 400, "MALFORMED_REQUEST"],
      [
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        400,
        "MALFORMED_REQUEST",
      ],
    ] as const;
    for (const [text, status, reason] of cases) {
      const { head, body } = await sendRaw(gateway.url, text);
      expect(head)
        .to.match(new RegExp(`^HTTP/1.1 ${status} `))
        .and.to.include("application/json")
        .and.to.match(/x-request-id: [\da-f-]{36}\r\n/i)
        .and.to.match(/x-trace-id: [\da-f]{32}(\r\n|$)/i);
      expect(body).to.have.all.keys(["error", "status", "reason", "fields", "traceId"]);
      expect(body).to.include({ status, reason });
    }
    expect((await gateway.call("OPTIONS", "/api/orders")).status).to.equal(204);
  });

  it("survives odd bodies, and takes nothing from them that was not asked for", async () => {
    const place = (body: string) => gateway.call("POST", "/api/orders", { as: "alice", body });
    const item = '{"itemId":"tea","quantity":2}';
    const odd = [
      `${"[".repeat(30_000)}${"]".repeat(30_000)}`,
      '{"constructor":{"prototype":{"isAdmin":true}}}',
      `{"order":{"items":[${item}],"paymentMethod":"a\\u0000b"}}`,
      '{"order":{"items":[{"itemId":"../tea","quantity":1}]}}',
      '{"order":{"items":[{"itemId":"tea","quantity":1e400}]}}',
      `{"order":{"items":[${item}],"status":"SHIPPED"}}`,
    ];
    for (const body of odd) expect((await place(body)).status, body.slice(0, 60)).to.equal(400);
    expect(gateway.fakes.received).to.deep.equal([]);
    expect(({} as { isAdmin?: boolean }).isAdmin).to.equal(undefined);
    expect((await place(`{"order":{"items":[]},"order":{"items":[${item}]}}`)).status).to.equal(
      201,
    );
    const { lines } = gateway.fakes.last("createOrder").request as { lines: unknown[] };
    expect(lines).to.have.length(1); // Of two keys with one name the last counts.
  });

  it("tells nobody outside where services are, or what went wrong within", async () => {
    const inside = "connect ECONNREFUSED 10.0.3.7:50054";
    const failures = [
      [new Refusal(Status.UNAVAILABLE, ErrorReason.CALLEE_UNAVAILABLE, inside), 503],
      [new Refusal(Status.UNAVAILABLE, ErrorReason.UNSPECIFIED, inside), 503],
      [new Refusal(Status.DEADLINE_EXCEEDED, ErrorReason.UNSPECIFIED, inside), 504],
      [new Refusal(Status.INTERNAL, ErrorReason.UNSPECIFIED, inside), 500],
      [new Refusal(Status.UNKNOWN, ErrorReason.UNSPECIFIED, inside), 500],
    ] as const;
    for (const [failure, expected] of failures) {
      gateway.fakes.failWith(failure);
      const { status, body } = await gateway.call("GET", "/api/payments/o-1", { as: "alice" });
      expect(status).to.equal(expected);
      expect(JSON.stringify(body)).not.to.include("10.0.3.7");
    }
    gateway.fakes.failWith(
      refuse.unavailable(ErrorReason.TRY_PENDING, "Stock is not held yet", 100),
    );
    const { body } = await gateway.call("GET", "/api/payments/o-1", { as: "alice" });
    expect(body).to.include({ error: "Stock is not held yet" });
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

  it("lets nobody keep an answer but what is the same for everybody", async () => {
    const keptAs = async (path: string, as?: string) =>
      (await gateway.call("GET", path, { as })).headers.get("cache-control");
    for (const path of ["/api/orders", "/api/orders/o-1", "/api/orders/o-1/timeline"])
      expect(await keptAs(path, "alice"), path).to.equal("no-store");
    expect(await keptAs("/api/orders", "forged")).to.equal("no-store");
    expect(await keptAs("/.well-known/jwks.json")).to.equal("public, max-age=60");
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

  it("count all addresses of one client's IPv6 network together", async () => {
    await using gateway = await startGateway({
      limits: { ...limits, perAddress: 2, logins: 1 },
      trustedProxies: ["127.0.0.1"],
    });
    const from = (address: string) => ({ headers: { "x-forwarded-for": address } });
    const get = async (address: string) =>
      (await gateway.call("GET", "/api/orders", { as: "alice", ...from(address) })).status;
    const seen = [];
    for (const address of ["2001:db8:0:7::1", "2001:db8:0:7:ffff::2", "2001:DB8::7:0:0:0:3"])
      seen.push(await get(address));
    expect(seen).to.deep.equal([200, 200, 429]);
    expect(await get("2001:db8:0:8::1")).to.equal(200);
    const logIn = async (address: string) =>
      (await gateway.call("POST", "/api/auth/login", { body: login, ...from(address) })).status;
    expect(await logIn("2001:db8:0:7::1")).to.equal(200);
    expect(await logIn("2001:db8:0:7::2")).to.equal(429);
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
