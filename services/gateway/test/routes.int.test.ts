import { Validator } from "@seriousme/openapi-schema-validator";
import { ErrorReason } from "@waybill/contracts/errors";
import { Refusal, refuse, Status } from "@waybill/rpc";
import { expect } from "chai";
import { startGateway, type TestGateway } from "./support/gateway.ts";
import { type Sample, samples } from "./support/samples.ts";

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Documented>>>>;
}

interface Documented {
  readonly summary?: string;
  readonly responses: Readonly<Record<string, object>>;
}

/** Routes that answer although services fail: how those are is what they tell. */
const asksItself = ["GET /healthz", "GET /readyz", "GET /api/system/services"];

const errorKeys = ["error", "status", "reason", "fields", "traceId"];

describe("every route", () => {
  let gateway: TestGateway;
  let document: Document;
  let operations: ReadonlyMap<string, Documented>;

  before(async () => {
    gateway = await startGateway();
    document = (await gateway.call("GET", "/openapi.json")).body as Document;
    operations = new Map(
      Object.entries(document.paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, documented]) => [
          `${method.toUpperCase()} ${path}`,
          documented,
        ]),
      ),
    );
  });
  after(() => gateway[Symbol.asyncDispose]());
  afterEach(() => gateway.fakes.reset());

  const send = (sample: Sample, changes: { as?: string | undefined } = {}) => {
    const { route, path, as, body, headers = {} } = sample;
    return gateway.call(route.split(" ")[0] ?? "", path, { as, body, headers, ...changes });
  };

  /** Sends the sample while every service fails so, and expects the error's one body. */
  async function expectProblem(sample: Sample, failure: Refusal, status: number, reason: string) {
    gateway.fakes.failWith(failure);
    const answer = await send(sample);
    gateway.fakes.reset();
    expect(answer.status, sample.route).to.equal(status);
    expect(answer.body, sample.route)
      .to.have.all.keys(errorKeys)
      .and.to.include({ status, reason });
    expect((answer.body as { traceId: string }).traceId).to.match(/^[\da-f]{32}$/);
    return answer;
  }

  it("registers under an id of the gateway's when none is given, so that the service can be asked again", async () => {
    const account = { name: "Alice", email: "alice@example.com" };
    const ids = [];
    for (const body of [account, account, { ...account, userId: "alice" }]) {
      await gateway.call("POST", "/api/users", { body });
      ids.push((gateway.fakes.last("createUser").request as { userId: string }).userId);
    }
    expect(ids[0]).to.match(/^[\da-f-]{36}$/);
    expect(ids[1])
      .to.match(/^[\da-f-]{36}$/)
      .and.not.to.equal(ids[0]);
    expect(ids[2]).to.equal("alice");
  });

  for (const sample of samples) {
    it(`${sample.route} answers to the letter`, async () => {
      const { status, body, headers } = await send(sample);
      expect(status, JSON.stringify(body)).to.equal(sample.status ?? 200);
      expect(body).to.deep.equal(sample.answer);
      expect(headers.get("x-trace-id")).to.match(/^[\da-f]{32}$/);
      expect(headers.get("x-request-id")).to.match(/^[\da-f-]{36}$/);
    });
  }

  const documenting = (status: string) =>
    samples.filter(({ route }) => status in (operations.get(route)?.responses ?? {}));

  it("that needs a token answers 401 without one, and to one that is not valid", async () => {
    for (const sample of documenting("401").filter(({ as }) => as !== undefined)) {
      const without = await send(sample, { as: undefined });
      expect(without.status, sample.route).to.equal(401);
      expect(without.body).to.include({ reason: "TOKEN_MISSING" });
      const forged = await send(sample, { as: "forged" });
      expect(forged.status, sample.route).to.equal(401);
      expect(forged.body).to.include({ reason: "INVALID_TOKEN" });
      expect(forged.headers.get("www-authenticate")).to.equal("Bearer");
    }
    expect(gateway.fakes.received).to.deep.equal([]);
  });

  it("that needs none but says who is who answers 401 to a login that is refused", async () => {
    const refused = refuse.unauthenticated(ErrorReason.INVALID_CREDENTIALS, "Wrong");
    for (const sample of documenting("401").filter(({ as }) => as === undefined))
      await expectProblem(sample, refused, 401, "INVALID_CREDENTIALS");
  });

  it("that is not for customers answers 403 to them, and asks nobody", async () => {
    for (const sample of samples.filter(({ as }) => as === "root" || as === "coordinator")) {
      const { status, body } = await send(sample, { as: "alice" });
      expect(status, sample.route).to.equal(403);
      expect(body).to.include({ reason: "NOT_ALLOWED" });
    }
    expect(gateway.fakes.received).to.deep.equal([]);
  });

  it("answers 403 when the service does not allow it", async () => {
    const refused = refuse.permissionDenied(ErrorReason.NOT_ALLOWED, "No");
    for (const sample of documenting("403").filter(({ route }) => !asksItself.includes(route)))
      await expectProblem(sample, refused, 403, "NOT_ALLOWED");
  });

  it("answers 404 when the service knows no such thing", async () => {
    const unknown = refuse.notFound(ErrorReason.ORDER_NOT_FOUND, "There is no order o-1.");
    for (const sample of documenting("404"))
      await expectProblem(sample, unknown, 404, "ORDER_NOT_FOUND");
  });

  it("answers 409 when it contradicts what was done before", async () => {
    const mismatch = refuse.alreadyExists(ErrorReason.CONTENT_MISMATCH, "Other content");
    for (const sample of documenting("409"))
      await expectProblem(sample, mismatch, 409, "CONTENT_MISMATCH");
  });

  it("answers 400 with the fields that are wrong, named as they are here", async () => {
    const invalid = refuse.invalidField("some_list[1].a_field", "must be short");
    for (const sample of documenting("400")) {
      const { body } = await expectProblem(sample, invalid, 400, "INVALID_FIELD");
      const fields = [{ field: "someList[1].aField", description: "must be short" }];
      expect(body).to.deep.include({ fields });
    }
  });

  it("answers 503 with Retry-After while a service is away", async () => {
    const away = refuse.unavailable(ErrorReason.CALLEE_UNAVAILABLE, "Away", 1_500);
    for (const sample of samples.filter(({ route }) => !asksItself.includes(route))) {
      const { headers } = await expectProblem(sample, away, 503, "CALLEE_UNAVAILABLE");
      expect(headers.get("retry-after"), sample.route).to.equal("2");
    }
  });

  it("maps every gRPC code to its HTTP status", async () => {
    const [sample] = samples.filter(({ route }) => route === "GET /api/payments/{orderId}");
    const statuses: Partial<Record<Status, number>> = {
      [Status.CANCELLED]: 499,
      [Status.UNKNOWN]: 500,
      [Status.INVALID_ARGUMENT]: 400,
      [Status.DEADLINE_EXCEEDED]: 504,
      [Status.NOT_FOUND]: 404,
      [Status.ALREADY_EXISTS]: 409,
      [Status.PERMISSION_DENIED]: 403,
      [Status.RESOURCE_EXHAUSTED]: 429,
      [Status.FAILED_PRECONDITION]: 400,
      [Status.ABORTED]: 409,
      [Status.OUT_OF_RANGE]: 400,
      [Status.UNIMPLEMENTED]: 501,
      [Status.INTERNAL]: 500,
      [Status.UNAVAILABLE]: 503,
      [Status.DATA_LOSS]: 500,
      [Status.UNAUTHENTICATED]: 401,
    };
    for (const [code, status] of Object.entries(statuses)) {
      const refusal = new Refusal(Number(code), ErrorReason.UNSPECIFIED, "Because");
      await expectProblem(sample as Sample, refusal, status, Status[Number(code)] ?? "");
    }
    const saturated = refuse.resourceExhausted(ErrorReason.OVERLOADED, "Full", 100);
    const { headers } = await expectProblem(sample as Sample, saturated, 503, "OVERLOADED");
    expect(headers.get("retry-after")).to.equal("1");
  });

  it("answers an unforeseen error without its text", async () => {
    const [sample] = samples.filter(({ route }) => route === "GET /api/payments/{orderId}");
    gateway.fakes.on("getPayment", () => ({ payment: undefined }));
    const { status, body } = await send(sample as Sample);
    expect(status).to.equal(500);
    expect(body).to.include({ error: "Internal error", reason: "INTERNAL" });
  });

  it("answers 204 to whoever has seen all events of an order", async () => {
    gateway.fakes.on("watchStatuses", async function* () {});
    const { status } = await gateway.call("GET", "/api/orders/o-1/events", { as: "alice" });
    expect(status).to.equal(204);
  });

  it("answers 204 to a page that asks for a session when nobody is logged in", async () => {
    const { status } = await gateway.call("POST", "/api/session/refresh", { body: {} });
    expect(status).to.equal(204);
  });

  it("is not ready once the process is asked to stop", async () => {
    await using ended = await startGateway();
    ended.ending.abort();
    const { status, body } = await ended.call("GET", "/readyz");
    expect(status).to.equal(503);
    expect(body).to.include({ reason: "SHUTTING_DOWN" });
    (gateway.answers as unknown[]).push(...ended.answers);
  });

  it("that tells how services are is counted like any other", async () => {
    await using limited = await startGateway({
      limits: { perAddress: 1, perIdentity: 0, logins: 0 },
    });
    const ask = () => limited.call("GET", "/api/system/services", { as: "root" });
    expect((await ask()).status).to.equal(200);
    expect((await ask()).status).to.equal(429);
    (gateway.answers as unknown[]).push(...limited.answers);
  });

  describe("and its documentation", () => {
    it("is OpenAPI 3.1, and valid", async () => {
      expect(document.openapi).to.equal("3.1.0");
      const { valid, errors } = await new Validator().validate(document as never);
      expect(valid, JSON.stringify(errors)).to.equal(true);
    });

    it("names every route, and no other", () => {
      expect([...operations.keys()].sort()).to.deep.equal(samples.map(({ route }) => route).sort());
    });

    it("can be read by people", async () => {
      const page = await gateway.call("GET", "/docs");
      expect(page.status).to.equal(200);
      expect(page.headers.get("content-security-policy")).to.include("script-src 'self'");
      expect((await gateway.call("GET", "/docs/json")).body).to.deep.equal(document);
    });

    it("promises nothing that no test has seen", () => {
      const seen = new Set(
        gateway.answers.flatMap(({ method, path, status }) => {
          const route = `${method} ${patternOf(path, method)}`;
          const isNamed = String(status) in (operations.get(route)?.responses ?? {});
          return [`${route} ${isNamed ? status : "default"}`];
        }),
      );
      const promised = [...operations].flatMap(([route, { responses }]) =>
        Object.keys(responses).map((status) => `${route} ${status}`),
      );
      expect(promised.filter((answer) => !seen.has(answer))).to.deep.equal([]);
    });
  });

  /** /api/orders/o-1 → /api/orders/{orderId}: exact paths come before those with parameters. */
  function patternOf(path: string, method: string): string {
    const patterns = [...operations.keys()]
      .filter((route) => route.startsWith(`${method} `))
      .map((route) => route.slice(method.length + 1))
      .sort((a, b) => a.split("{").length - b.split("{").length);
    const matches = (pattern: string) =>
      new RegExp(`^${pattern.replace(/\{\w+\}/g, "[^/]+")}$`).test(path);
    return patterns.find(matches) ?? "";
  }
});
