import { ErrorReason, Failure } from "@waybill/contracts/errors";
import { expect } from "chai";
import { cancelReasonOf, isOfContent, kindOf, reasonOf, setbackOf } from "../src/domain/failure.ts";

const failure = (
  code: number,
  reason: ErrorReason = ErrorReason.UNSPECIFIED,
  message = "",
): Failure => Failure.fromPartial({ code, reason, message });
const [failedPrecondition, aborted, unavailable, internal] = [9, 10, 14, 13];

describe("a failed call", () => {
  it("of a Try cancels the order when it can never succeed", () => {
    const ends = (code: number, reason: ErrorReason) => cancelReasonOf(failure(code, reason));
    expect(ends(failedPrecondition, ErrorReason.OUT_OF_STOCK)).to.equal("OUT_OF_STOCK");
    expect(ends(5, ErrorReason.ITEM_NOT_FOUND)).to.equal("ITEM_NOT_FOUND");
    expect(ends(failedPrecondition, ErrorReason.MIXED_CURRENCIES)).to.equal("MIXED_CURRENCIES");
    expect(ends(failedPrecondition, ErrorReason.TOTAL_TOO_LARGE)).to.equal("TOTAL_TOO_LARGE");
    expect(ends(failedPrecondition, ErrorReason.PAYMENT_DECLINED)).to.equal("PAYMENT_DECLINED");
    expect(ends(aborted, ErrorReason.TRANSACTION_CANCELLED)).to.equal("TRANSACTION_CANCELLED");
  });

  it("of a Try does not cancel the order when it may still succeed, or nobody knows why", () => {
    expect(cancelReasonOf(failure(unavailable, ErrorReason.PAYMENT_PENDING))).to.equal(undefined);
    expect(cancelReasonOf(failure(unavailable, ErrorReason.CALLEE_UNAVAILABLE))).to.equal(
      undefined,
    );
    expect(cancelReasonOf(failure(6, ErrorReason.CONTENT_MISMATCH))).to.equal(undefined);
    expect(cancelReasonOf(failure(internal))).to.equal(undefined);
  });

  it("is transient or permanent by its code", () => {
    const refusals = [
      ErrorReason.NOT_TRIED,
      ErrorReason.AUTHORIZATION_LOST,
      ErrorReason.ALREADY_CONFIRMED,
    ];
    for (const reason of refusals) {
      expect(kindOf(failure(failedPrecondition, reason))).to.equal("permanent");
    }
    expect(kindOf(failure(aborted, ErrorReason.TRANSACTION_CANCELLED))).to.equal("permanent");
    for (const code of [1, 2, 4, 8, internal, unavailable, 99]) {
      expect(kindOf(failure(code))).to.equal("transient");
    }
  });

  it("of a whole batch is blamed on its content only where that can be", () => {
    expect(isOfContent(failure(3))).to.equal(true);
    expect(isOfContent(failure(8))).to.equal(true); // A message that is too large.
    expect(isOfContent(failure(8, ErrorReason.OVERLOADED))).to.equal(false);
    expect(isOfContent(failure(unavailable))).to.equal(false);
    expect(isOfContent(failure(internal))).to.equal(false);
  });

  it("has the published reason, or else its code's name", () => {
    expect(reasonOf(failure(unavailable, ErrorReason.CALLEE_UNAVAILABLE))).to.equal(
      "CALLEE_UNAVAILABLE",
    );
    expect(reasonOf(failure(unavailable))).to.equal("UNAVAILABLE");
    expect(reasonOf(failure(unavailable, 4711 as ErrorReason))).to.equal("UNAVAILABLE");
  });

  it("is remembered with the call's name, at a bounded length", () => {
    const setback = setbackOf(
      "TryPayment",
      failure(unavailable, ErrorReason.PAYMENT_PENDING, "wait"),
    );
    expect(setback).to.deep.equal({ reason: "PAYMENT_PENDING", error: "TryPayment: wait" });
    expect(setbackOf("x", failure(internal, undefined, "y".repeat(9_999))).error).to.have.lengthOf(
      500,
    );
    expect(setbackOf("x", failure(internal)).error).to.equal("x: INTERNAL");
  });
});
