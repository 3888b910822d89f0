import { create, toBinary } from "@bufbuild/protobuf";
import { Status } from "@waybill/rpc";
import { expect } from "chai";
import { Any, RetryInfo } from "nice-grpc-error-details";
import { judgeRoute } from "../src/judge/judgeRoute.ts";
import { judgeRpc } from "../src/judge/judgeRpc.ts";
import type { GrpcAnswer } from "../src/send/grpcCall.ts";
import { methodNamed } from "./support.ts";

const nothing = new Uint8Array();
const answered = (end: GrpcAnswer["end"], more: Partial<GrpcAnswer> = {}): GrpcAnswer => ({
  ...{ end, text: "said", details: nothing, message: undefined },
  ...more,
});

describe("an RPC's answer", () => {
  const method = methodNamed("BatchGetOrders");
  const judge = (answer: GrpcAnswer, more: { sent?: Uint8Array; hasTimeout?: boolean } = {}) =>
    judgeRpc({ method, sent: nothing, hasTimeout: false, answer, ...more });

  for (const code of [Status.INTERNAL, Status.UNKNOWN, Status.DATA_LOSS, Status.UNIMPLEMENTED])
    it(`is wrong with ${Status[code]}`, () => {
      expect(judge(answered(code))).to.include({ wrong: `${Status[code]}: said`, mayPass: false });
    });

  for (const end of ["no answer", "cut off"] as const)
    it(`is wrong when there is ${end}`, () => {
      expect(judge(answered(end)).wrong).to.include(end);
    });

  for (const code of [Status.INVALID_ARGUMENT, Status.NOT_FOUND, Status.RESOURCE_EXHAUSTED])
    it(`is right with ${Status[code]}`, () => {
      expect(judge(answered(code))).to.deep.equal({ answer: Status[code], isUndecodable: false });
    });

  it("may be INTERNAL for what is no protobuf, which counts apart, and nothing else of that kind", () => {
    const sent = Uint8Array.of(0xff);
    const internal = judge(answered(Status.INTERNAL), { sent });
    expect(internal).to.deep.equal({ answer: "INTERNAL", isUndecodable: true });
    expect(judge(answered(Status.UNKNOWN), { sent }).wrong).to.equal("UNKNOWN: said");
  });

  it("may be late for a deadline of the input's own only", () => {
    const late = answered(Status.DEADLINE_EXCEEDED);
    expect(judge(late, { hasTimeout: true }).wrong).to.equal(undefined);
    expect(judge(late)).to.include({ wrong: "DEADLINE_EXCEEDED: said", mayPass: true });
  });

  it("may be UNAVAILABLE when it tells when to come again", () => {
    const retry = { typeUrl: `type.googleapis.com/${RetryInfo.$type}`, value: nothing };
    const any = Any.encode(Any.fromPartial(retry)).finish();
    const details = Uint8Array.from([0x08, 14, 0x1a, any.length, ...any]);
    expect(judge(answered(Status.UNAVAILABLE, { details })).wrong).to.equal(undefined);
    const silent = judge(answered(Status.UNAVAILABLE));
    expect(silent).to.include({ wrong: "UNAVAILABLE: said", mayPass: true });
  });

  const response = (code: Status) => {
    const failure = { result: { case: "failure", value: { code, message: "oh" } } };
    return toBinary(method.output, create(method.output, { results: [failure] }));
  };

  it("is wrong when one element of a batch is", () => {
    const internal = judge(answered(Status.OK, { message: response(Status.INTERNAL) }));
    expect(internal.wrong).to.include("an element was answered").and.include("oh");
    const notFound = judge(answered(Status.OK, { message: response(Status.NOT_FOUND) }));
    expect(notFound.wrong).to.equal(undefined);
  });

  it("is wrong without a message, except a stream's", () => {
    expect(judge(answered(Status.OK)).wrong).to.equal("OK: no message");
    const stream = methodNamed("WatchStatuses");
    const ended = { method: stream, sent: nothing, hasTimeout: false, answer: answered(Status.OK) };
    expect(judgeRpc(ended).wrong).to.equal(undefined);
    expect(judgeRpc({ ...ended, answer: answered("still open") }).wrong).to.equal(undefined);
  });
});

describe("a route's answer", () => {
  const problem = (status: number, reason: string) =>
    JSON.stringify({ error: "oh", status, reason, fields: [], traceId: "t" });
  const judge = (end: number | "no answer" | "cut off", text = "", retryAfter?: string) =>
    judgeRoute({ end, text, headers: retryAfter ? { "retry-after": retryAfter } : {} });

  it("is right with 2xx, 3xx, and errors that have the body of errors", () => {
    for (const status of [200, 204, 304]) expect(judge(status).wrong).to.equal(undefined);
    expect(judge(404, problem(404, "ORDER_NOT_FOUND")).wrong).to.equal(undefined);
  });

  it("is wrong with 5xx, without an answer, and with an error of another body", () => {
    expect(judge(500, problem(500, "INTERNAL"))).to.include({ answer: "500", mayPass: false });
    expect(judge(500, problem(500, "INTERNAL")).wrong).to.include("INTERNAL");
    expect(judge("no answer").wrong).to.include("no answer");
    expect(judge("cut off").wrong).to.include("cut off");
    expect(judge(400, "<html>").wrong).to.include("not the body");
    expect(judge(400, "{}").wrong).to.include("not the body");
  });

  it("may be 503 when a limit is announced", () => {
    expect(judge(503, problem(503, "OVERLOADED"), "1").wrong).to.equal(undefined);
    expect(judge(503, problem(503, "OVERLOADED"))).to.include({ mayPass: true });
    expect(judge(503, problem(503, "CALLEE_UNAVAILABLE"), "1")).to.include({ mayPass: true });
    expect(judge(504, problem(504, "CALLEE_UNAVAILABLE"))).to.include({ mayPass: true });
  });
});
