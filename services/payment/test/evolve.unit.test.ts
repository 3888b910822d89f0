import { expect } from "chai";
import { contradiction, evolve, openStep } from "../src/domain/evolve.ts";
import type { Payment, PaymentStateName } from "../src/domain/payment.ts";
import type { ProviderAnswer } from "../src/domain/provider.ts";

const base = {
  transactionId: "t1",
  contentHash: "h",
  content: {
    userId: "ada",
    amount: { minorUnits: 5n, currency: "EUR" },
    paymentMethod: "pm_ok",
  },
};
const payments = {
  TRYING: { ...base, state: "TRYING" },
  PENDING: { ...base, state: "PENDING", reference: "r1" },
  TRIED: { ...base, state: "TRIED", reference: "r1" },
  DECLINED: { ...base, state: "DECLINED", declineReason: "no funds" },
  CONFIRMING: { ...base, state: "CONFIRMING", reference: "r1" },
  CONFIRMED: { ...base, state: "CONFIRMED", reference: "r1" },
  CANCELLING: { ...base, state: "CANCELLING", reference: "r1" },
  "CANCELLING blindly": { ...base, state: "CANCELLING" },
  "CANCELLING in vain": { ...base, state: "CANCELLING", reference: "r1", voidRefusal: "captured" },
  CANCELLED: { ...base, state: "CANCELLED", reference: "r1" },
  "CANCELLED without authorisation": { ...base, state: "CANCELLED" },
  BLOCKED: { transactionId: "t1", state: "BLOCKED" },
} as const satisfies Record<string, Payment>;
type Given = keyof typeof payments;

const answers = {
  authorized: { kind: "authorized", reference: "r1" },
  pending: { kind: "pending", reference: "r1" },
  declined: { kind: "declined", reason: "no funds" },
  captured: { kind: "captured" },
  captureRefused: { kind: "captureRefused", reason: "expired" },
  voided: { kind: "voided", reference: "r1" },
  voidRefused: { kind: "voidRefused", reason: "captured" },
} as const satisfies Record<string, ProviderAnswer>;

/** Only what changes is named: every other pair must leave the payment as it is. */
const changes: Partial<Record<Given, Partial<Record<keyof typeof answers, PaymentStateName>>>> = {
  TRYING: { authorized: "TRIED", pending: "PENDING", declined: "DECLINED" },
  PENDING: { authorized: "TRIED", declined: "DECLINED" },
  TRIED: { captured: "CONFIRMED" },
  DECLINED: { authorized: "TRIED" },
  CONFIRMING: { captured: "CONFIRMED", captureRefused: "TRIED" },
  CANCELLING: { voided: "CANCELLED", voidRefused: "CANCELLING" },
  "CANCELLING blindly": {
    authorized: "CANCELLING",
    pending: "CANCELLING",
    declined: "CANCELLED",
  },
  "CANCELLING in vain": { voided: "CANCELLED" },
  "CANCELLED without authorisation": { authorized: "CANCELLING", pending: "CANCELLING" },
};

describe("an answer of the provider", () => {
  for (const given of Object.keys(payments) as Given[]) {
    for (const name of Object.keys(answers) as (keyof typeof answers)[]) {
      const expected = changes[given]?.[name];
      it(`given ${given}, when ${name}, then ${expected ?? "nothing new"}`, () => {
        const payment: Payment = payments[given];
        const after = evolve(payment, answers[name]);
        if (expected === undefined) expect(after).to.equal(payment);
        else expect(after).to.include({ state: expected });
      });
    }
  }

  it("that another authorisation succeeded has it voided, also after the Cancel", () => {
    for (const given of ["CANCELLING", "CANCELLED"] as const) {
      const after = evolve(payments[given], { kind: "authorized", reference: "r2" });
      expect(after).to.include({ state: "CANCELLING", reference: "r2" });
      expect(openStep(after)).to.equal("void");
    }
  });

  it("that another authorisation was voided does not settle this one", () => {
    const answer: ProviderAnswer = { kind: "voided", reference: "r2" };
    expect(evolve(payments.CANCELLING, answer)).to.equal(payments.CANCELLING);
  });

  it("that it will not void is kept, as it was said first, until it does", () => {
    const refused = evolve(payments.CANCELLING, answers.voidRefused);
    expect(refused).to.deep.equal(payments["CANCELLING in vain"]);
    expect(evolve(refused, { kind: "voidRefused", reason: "settled" })).to.equal(refused);
    expect(evolve(refused, answers.voided)).to.deep.equal(payments.CANCELLED);
  });

  it("that another authorisation succeeded says nothing of whether that can be voided", () => {
    const after = evolve(payments["CANCELLING in vain"], { kind: "authorized", reference: "r2" });
    expect(after).to.deep.equal({ ...base, state: "CANCELLING", reference: "r2" });
  });

  it("that cannot be true is pointed out", () => {
    expect(contradiction(payments.CANCELLED, answers.captured)).to.be.a("string");
    expect(contradiction(payments.CANCELLING, answers.voidRefused)).to.be.a("string");
    expect(contradiction(payments.DECLINED, answers.authorized)).to.be.a("string");
    expect(contradiction(payments.BLOCKED, answers.authorized)).to.be.a("string");
    expect(contradiction(payments.CONFIRMING, answers.captured)).to.equal(undefined);
  });
});

describe("what a payment leaves open with the provider", () => {
  const open = {
    TRYING: "authorize",
    PENDING: "authorize",
    CONFIRMING: "capture",
    CANCELLING: "void",
    "CANCELLING blindly": "authorize",
    "CANCELLING in vain": "void",
  } as const satisfies Partial<Record<Given, string>>;
  for (const given of Object.keys(payments) as Given[]) {
    const expected = (open as Partial<Record<Given, string>>)[given];
    it(`given ${given}, then ${expected ?? "nothing"}`, () => {
      expect(openStep(payments[given])).to.equal(expected);
    });
  }
});
