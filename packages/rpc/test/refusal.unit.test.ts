import { ErrorReason } from "@waybill/contracts/errors";
import { expect } from "chai";
import {
  fromFailure,
  isUnavailable,
  Refusal,
  reasonName,
  reasonNamed,
  refusalOf,
  refuse,
  Status,
  toFailure,
} from "../src/index.ts";

const named = (name: string, message = "details that nobody shall see") =>
  Object.assign(new Error(message), { name });

describe("a refusal", () => {
  it("has the code of what made it", () => {
    const codes = [
      refuse.invalidField("lines", "must be given"),
      refuse.notFound(ErrorReason.ORDER_NOT_FOUND, "There is no order o-1"),
      refuse.failedPrecondition(ErrorReason.NOT_CANCELLABLE, "Too late"),
      refuse.unavailable(ErrorReason.TRY_PENDING, "Not yet", 500),
    ].map(({ code, retryDelayMs }) => [code, retryDelayMs]);
    expect(codes).to.deep.equal([
      [Status.INVALID_ARGUMENT, undefined],
      [Status.NOT_FOUND, undefined],
      [Status.FAILED_PRECONDITION, undefined],
      [Status.UNAVAILABLE, 500],
    ]);
  });

  it("names the first wrong fields in its message and all in its violations", () => {
    const violations = ["a", "b", "c", "d", "e"].map((field) => ({ field, description: "is bad" }));
    const refusal = refuse.invalid(violations);
    expect(refusal.message).to.equal(
      "Invalid request. a: is bad; b: is bad; c: is bad; and 2 more",
    );
    expect(refusal.violations).to.deep.equal(violations);
  });

  it("leaves the stack depth of other errors as it was", () => {
    const before = Error.stackTraceLimit;
    refuse.aborted(ErrorReason.ORDER_CANCELLED, "cancelled");
    expect(Error.stackTraceLimit).to.equal(before);
  });
});

describe("a reason", () => {
  it("goes by its name without prefix, both ways", () => {
    expect(reasonName(ErrorReason.OUT_OF_STOCK)).to.equal("OUT_OF_STOCK");
    expect(reasonNamed("OUT_OF_STOCK")).to.equal(ErrorReason.OUT_OF_STOCK);
  });

  it("that is not on the list is UNSPECIFIED", () => {
    expect(reasonNamed("toString")).to.equal(ErrorReason.UNSPECIFIED);
    expect(reasonName(4711 as ErrorReason)).to.equal("UNSPECIFIED");
  });
});

describe("the failure of a batch element", () => {
  it("says all that the refusal says, and turns back into it", () => {
    const refusal = new Refusal(Status.UNAVAILABLE, ErrorReason.PAYMENT_PENDING, "Wait a little", {
      metadata: { current_state: "PENDING" },
      violations: [{ field: "lines[2].quantity", description: "must be 1 to 10000; given: 0" }],
      retryDelayMs: 1_250,
    });
    expect(toFailure(refusal)).to.deep.equal({
      code: 14,
      reason: ErrorReason.PAYMENT_PENDING,
      message: "Wait a little",
      metadata: { current_state: "PENDING" },
      fieldViolations: [
        { field: "lines[2].quantity", description: "must be 1 to 10000; given: 0" },
      ],
      retryDelay: { seconds: 1n, nanos: 250_000_000 },
    });
    expect({ ...fromFailure(toFailure(refusal)) }).to.deep.equal({ ...refusal });
  });

  const known = [
    ["OverloadedError", Status.RESOURCE_EXHAUSTED, ErrorReason.OVERLOADED],
    ["DrainingError", Status.UNAVAILABLE, ErrorReason.SHUTTING_DOWN],
    ["UnavailableError", Status.UNAVAILABLE, ErrorReason.CALLEE_UNAVAILABLE],
  ] as const;
  for (const [name, code, reason] of known) {
    it(`of the ${name} tells to come again`, () => {
      const failure = toFailure(named(name));
      expect(failure).to.include({ code, reason });
      expect(failure.retryDelay).to.not.equal(undefined);
      expect(failure.message).to.not.contain("nobody");
    });
  }

  it("of an unknown error is INTERNAL without its text", () => {
    const failure = toFailure(new TypeError("password=secret"));
    expect(failure).to.include({ code: 13, message: "Internal error" });
    expect(toFailure("thrown text")).to.include({ code: 13 });
  });

  it("of an aborted wait is CANCELLED", () => {
    expect(toFailure(AbortSignal.abort().reason)).to.include({ code: 1 });
  });
});

describe("trying again later", () => {
  it("may help against what is transient, and against nothing else", () => {
    const transient = [
      refuse.unavailable(ErrorReason.CALLEE_UNAVAILABLE, "down"),
      refuse.resourceExhausted(ErrorReason.OVERLOADED, "full", 100),
      named("UnavailableError"),
      named("OverloadedError"),
      new Refusal(Status.DEADLINE_EXCEEDED, ErrorReason.UNSPECIFIED, "late"),
    ];
    const permanent = [
      refuse.aborted(ErrorReason.ORDER_CANCELLED, "cancelled"),
      refuse.invalidField("a", "is bad"),
      new Error("unknown"),
      undefined,
    ];
    expect(transient.map(isUnavailable)).to.not.include(false);
    expect(permanent.map(isUnavailable)).to.not.include(true);
    expect(refusalOf(new Error("unknown"))).to.equal(undefined);
  });
});
