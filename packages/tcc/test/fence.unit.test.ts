import { expect } from "chai";
import type { Fence, FenceState, Operation, Verdict } from "../src/index.ts";
import { decide } from "../src/index.ts";

const fence = (state: FenceState): Fence => ({ transactionId: "t", state, contentHash: "a" });
const operation = (kind: string): Operation<null> =>
  kind === "confirm" || kind === "cancel"
    ? { kind, transactionId: "t" }
    : { kind: "try", transactionId: "t", content: null, contentHash: kind === "try" ? "a" : "b" };

const cells: [operation: string, fence: FenceState | undefined, expected: string][] = [
  ["try", undefined, "TRIED"],
  ["try", "TRIED", "replayed"],
  ["try other content", "TRIED", "CONTENT_MISMATCH"],
  ["try", "CONFIRMED", "replayed"],
  ["try other content", "CONFIRMED", "CONTENT_MISMATCH"],
  ["try", "CANCELLED", "TRANSACTION_CANCELLED"],
  ["try other content", "CANCELLED", "TRANSACTION_CANCELLED"],
  ["try", "BLOCKED", "TRANSACTION_CANCELLED"],
  ["confirm", undefined, "NOT_TRIED"],
  ["confirm", "TRIED", "CONFIRMED"],
  ["confirm", "CONFIRMED", "replayed"],
  ["confirm", "CANCELLED", "TRANSACTION_CANCELLED"],
  ["confirm", "BLOCKED", "TRANSACTION_CANCELLED"],
  ["cancel", undefined, "BLOCKED"],
  ["cancel", "TRIED", "CANCELLED"],
  ["cancel", "CONFIRMED", "ALREADY_CONFIRMED"],
  ["cancel", "CANCELLED", "replayed"],
  ["cancel", "BLOCKED", "replayed"],
];

function name(verdict: Verdict): string {
  if (verdict.kind === "apply") return verdict.next;
  return verdict.kind === "refused" ? verdict.reason : verdict.kind;
}

describe("the fence", () => {
  for (const [kind, state, expected] of cells) {
    it(`${kind} on ${state ?? "no row"}: ${expected}`, () => {
      expect(name(decide(operation(kind), state && fence(state)))).to.equal(expected);
    });
  }
});
