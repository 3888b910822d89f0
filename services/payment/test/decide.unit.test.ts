import { contentHash } from "@waybill/tcc";
import { expect } from "chai";
import type { Operation, RefusalReason } from "../src/domain/decide.ts";
import { conclude, decide } from "../src/domain/decide.ts";
import type { Content, Payment, PaymentStateName } from "../src/domain/payment.ts";

const content: Content = {
  userId: "ada",
  amount: { minorUnits: 1999n, currency: "EUR" },
  paymentMethod: "pm_ok",
};
const free: Content = { ...content, amount: { minorUnits: 0n, currency: "EUR" } };
const hash = (of: Content): string => contentHash({ ...of, amount: { ...of.amount } });
const tryOf = (of: Content): Operation => ({
  kind: "try",
  transactionId: "t1",
  content: of,
  contentHash: hash(of),
});
const operations = {
  try: tryOf(content),
  "try with other content": tryOf({ ...content, paymentMethod: "pm_slow" }),
  confirm: { kind: "confirm", transactionId: "t1" },
  cancel: { kind: "cancel", transactionId: "t1" },
} as const satisfies Record<string, Operation>;

const base = { transactionId: "t1", content, contentHash: hash(content) };
const payments: Record<PaymentStateName, Payment> = {
  TRYING: { ...base, state: "TRYING" },
  PENDING: { ...base, state: "PENDING", reference: "r1" },
  TRIED: { ...base, state: "TRIED", reference: "r1" },
  DECLINED: { ...base, state: "DECLINED", declineReason: "no funds" },
  CONFIRMING: { ...base, state: "CONFIRMING", reference: "r1" },
  CONFIRMED: { ...base, state: "CONFIRMED", reference: "r1" },
  CANCELLING: { ...base, state: "CANCELLING", reference: "r1" },
  CANCELLED: { ...base, state: "CANCELLED", reference: "r1" },
  BLOCKED: { transactionId: "t1", state: "BLOCKED" },
};

/** "ask X": committed as X, then the provider is asked; "done X"; "replayed X"; or the refusal. */
type Expected = `${"ask" | "done" | "replayed"} ${PaymentStateName}` | RefusalReason;
type Row = readonly [state: PaymentStateName | "no row", Record<keyof typeof operations, Expected>];
const row = (
  state: Row[0],
  onTry: Expected,
  onOther: Expected,
  confirm: Expected,
  cancel: Expected,
): Row => [state, { try: onTry, "try with other content": onOther, confirm, cancel }];

const table: readonly Row[] = [
  row("no row", "ask TRYING", "ask TRYING", "NOT_TRIED", "done BLOCKED"),
  row("TRYING", "ask TRYING", "CONTENT_MISMATCH", "NOT_TRIED", "ask CANCELLING"),
  row("PENDING", "ask PENDING", "CONTENT_MISMATCH", "NOT_TRIED", "ask CANCELLING"),
  row("TRIED", "replayed TRIED", "CONTENT_MISMATCH", "ask CONFIRMING", "ask CANCELLING"),
  row("DECLINED", "PAYMENT_DECLINED", "CONTENT_MISMATCH", "NOT_TRIED", "done CANCELLED"),
  row(
    "CONFIRMING",
    "replayed CONFIRMING",
    "CONTENT_MISMATCH",
    "ask CONFIRMING",
    "ALREADY_CONFIRMED",
  ),
  row(
    "CONFIRMED",
    "replayed CONFIRMED",
    "CONTENT_MISMATCH",
    "replayed CONFIRMED",
    "ALREADY_CONFIRMED",
  ),
  row(
    "CANCELLING",
    "TRANSACTION_CANCELLED",
    "TRANSACTION_CANCELLED",
    "TRANSACTION_CANCELLED",
    "ask CANCELLING",
  ),
  row(
    "CANCELLED",
    "TRANSACTION_CANCELLED",
    "TRANSACTION_CANCELLED",
    "TRANSACTION_CANCELLED",
    "replayed CANCELLED",
  ),
  row(
    "BLOCKED",
    "TRANSACTION_CANCELLED",
    "TRANSACTION_CANCELLED",
    "TRANSACTION_CANCELLED",
    "replayed BLOCKED",
  ),
];

function inWords(verdict: ReturnType<typeof decide>): string {
  if (verdict.kind === "refused") return verdict.reason;
  const word = verdict.kind === "done" && verdict.replayed ? "replayed" : verdict.kind;
  return `${word} ${verdict.payment.state}`;
}

describe("the payment fence", () => {
  for (const [state, cells] of table) {
    for (const [name, expected] of Object.entries(cells)) {
      it(`given ${state}, when ${name}, then ${expected}`, () => {
        const payment = state === "no row" ? undefined : payments[state];
        const verdict = decide(operations[name as keyof typeof operations], payment);
        expect(inWords(verdict)).to.equal(expected);
      });
    }
  }

  it("says why the provider declined whenever the Try is repeated", () => {
    expect(decide(operations.try, payments.DECLINED)).to.include({ providerReason: "no funds" });
  });

  it("remembers what to void when an authorised or pending payment is cancelled", () => {
    for (const state of ["TRIED", "PENDING"] as const) {
      const verdict = decide(operations.cancel, payments[state]);
      expect(verdict).to.have.nested.property("payment.reference", "r1");
    }
  });

  describe("of a zero amount never asks a provider", () => {
    const tried: Payment = {
      transactionId: "t1",
      content: free,
      contentHash: hash(free),
      state: "TRIED",
      reference: "",
    };
    it("when tried", () => {
      const verdict = decide(tryOf(free), undefined);
      expect(verdict).to.deep.equal({ kind: "done", payment: tried, replayed: false });
    });
    it("when confirmed", () => {
      expect(inWords(decide(operations.confirm, tried))).to.equal("done CONFIRMED");
    });
    it("when cancelled", () => {
      expect(inWords(decide(operations.cancel, tried))).to.equal("done CANCELLED");
    });
  });

  describe("once the provider was asked", () => {
    it("answers a Try that was authorised as done now", () => {
      expect(conclude(operations.try, payments.TRIED)).to.include({
        kind: "done",
        replayed: false,
      });
    });
    it("answers a Try that was declined with the refusal", () => {
      expect(conclude(operations.try, payments.DECLINED)).to.include({
        reason: "PAYMENT_DECLINED",
      });
    });
    it("answers a Try that was cancelled meanwhile as cancelled", () => {
      expect(conclude(operations.try, payments.CANCELLING)).to.include({
        reason: "TRANSACTION_CANCELLED",
      });
    });
    it("has no answer while the provider has none", () => {
      expect(conclude(operations.try, payments.TRYING)).to.equal(undefined);
      expect(conclude(operations.try, payments.PENDING)).to.equal(undefined);
      expect(conclude(operations.confirm, payments.CONFIRMING)).to.equal(undefined);
      expect(conclude(operations.cancel, payments.CANCELLING)).to.equal(undefined);
    });
    it("answers a Confirm that the provider refused as lost, and why", () => {
      const lost: Payment = { ...base, state: "TRIED", reference: "r1", captureRefusal: "expired" };
      expect(conclude(operations.confirm, lost)).to.deep.equal({
        kind: "refused",
        reason: "AUTHORIZATION_LOST",
        providerReason: "expired",
      });
    });
    it("answers a Cancel whose void the provider refused as coming too late, and why", () => {
      const { CANCELLING } = payments;
      const captured = { ...CANCELLING, voidRefusal: "captured" } as Payment;
      expect(conclude(operations.cancel, captured)).to.deep.equal({
        kind: "refused",
        reason: "ALREADY_CONFIRMED",
        providerReason: "captured",
      });
      expect(conclude(operations.confirm, captured)).to.include({
        reason: "TRANSACTION_CANCELLED",
      });
    });
    it("asks again for a void that was refused", () => {
      const captured = { ...payments.CANCELLING, voidRefusal: "captured" } as Payment;
      expect(decide(operations.cancel, captured)).to.deep.equal({ kind: "ask", payment: captured });
    });
    it("lets a payment whose authorisation is lost be cancelled", () => {
      const lost: Payment = { ...base, state: "TRIED", reference: "r1", captureRefusal: "expired" };
      expect(inWords(decide(operations.cancel, lost))).to.equal("ask CANCELLING");
    });
  });
});
