import { ErrorReason } from "@waybill/contracts/errors";
import { Status } from "@waybill/rpc";
import { expect } from "chai";
import { type FenceRefusal, fenceRefusal } from "../src/index.ts";

describe("a refusal of the fence over gRPC", () => {
  const codes: [FenceRefusal, Status][] = [
    ["CONTENT_MISMATCH", Status.ALREADY_EXISTS],
    ["TRANSACTION_CANCELLED", Status.ABORTED],
    ["NOT_TRIED", Status.FAILED_PRECONDITION],
    ["ALREADY_CONFIRMED", Status.FAILED_PRECONDITION],
  ];
  for (const [reason, code] of codes) {
    it(`${reason}: ${Status[code]}`, () => {
      const refusal = fenceRefusal(reason, "t");
      expect(refusal).to.include({ code, reason: ErrorReason[reason] });
      expect(refusal.message).to.include("Transaction t");
    });
  }
});
