import { expect } from "chai";
import { finished, type OrderFacts, type Outcome, type Process } from "../src/domain/process.ts";
import { type RetryRules, reschedule } from "../src/domain/schedule.ts";

const now = new Date("2026-11-20T12:00:00Z");
const at = (ms: number): Date => new Date(now.getTime() + ms);
const rules: RetryRules = {
  delayMs: (attempts) => attempts * 1_000,
  refusedDelayMs: () => 60_000,
  stuckAfterMs: 60_000,
};
const order: OrderFacts = {
  orderId: "order-1",
  userId: "user-1",
  placedAt: now,
  reservationMode: "HELD",
  expiresAt: undefined,
  traceparent: "",
};
const setback = { reason: "CALLEE_UNAVAILABLE", error: "TryPayment: payment does not answer" };
const failed = (step: Process["step"]): Outcome => ({ kind: "failed", step, setback });
const farDeadline = at(30 * 60_000);
const after = (
  outcome: Outcome,
  previous?: Process,
  deadline = farDeadline,
  time = now,
): Process | undefined => reschedule(order, outcome, previous, deadline, time, rules);

/** A step that has failed this often in a row, the last time just now. */
const failing = (attempts: number, change: Partial<Process> = {}): Process => ({
  order,
  step: "TRY",
  state: "WAITING",
  since: at(-10_000),
  nextAt: now,
  attempts,
  failingSince: at(-10_000),
  lastError: "before",
  lastReason: "BEFORE",
  ...change,
});

describe("what an attempt leaves behind", () => {
  it("is nothing when the step is finished", () => {
    expect(after(finished, failing(3))).to.equal(undefined);
  });

  it("is a first wait with the failure in it", () => {
    expect(after(failed("TRY"))).to.deep.equal({
      order,
      step: "TRY",
      state: "WAITING",
      since: now,
      nextAt: at(1_000),
      attempts: 1,
      failingSince: now,
      lastError: setback.error,
      lastReason: setback.reason,
    });
  });

  it("waits longer with each failure, and remembers when it all began", () => {
    const process = after(failed("TRY"), failing(4));
    expect(process).to.include({ attempts: 5, state: "WAITING" });
    expect(process?.nextAt).to.deep.equal(at(5_000));
    expect(process?.since).to.deep.equal(at(-10_000));
    expect(process?.failingSince).to.deep.equal(at(-10_000));
  });

  it("is stuck once it has failed for longer than the threshold, and is still taken up again", () => {
    const process = after(
      failed("CONFIRM"),
      failing(7, { step: "CONFIRM", failingSince: at(-60_000) }),
    );
    expect(process).to.include({ state: "STUCK", attempts: 8 });
    expect(process?.nextAt).to.deep.equal(at(8_000));
  });

  it("is stuck at once after a refusal for good, and tried rarely", () => {
    const process = after({ kind: "refused", step: "CONFIRM", setback });
    expect(process).to.include({ state: "STUCK", lastReason: setback.reason });
    expect(process?.nextAt).to.deep.equal(at(60_000));
  });

  it("begins anew in a later step", () => {
    const process = after(failed("DECIDE"), failing(9, { failingSince: at(-90_000) }));
    expect(process).to.include({ step: "DECIDE", state: "WAITING", attempts: 1 });
    expect(process?.since).to.deep.equal(now);
  });

  it("forgets earlier failures when the step only has its time", () => {
    const process = after({ kind: "waiting", step: "DECIDE", until: at(5_000) }, failing(2));
    expect(process).to.include({ state: "WAITING", lastError: "", lastReason: "", attempts: 0 });
    expect(process?.failingSince).to.equal(undefined);
    expect(process?.nextAt).to.deep.equal(at(5_000));
  });

  it("takes an undecided order up at its deadline at the latest", () => {
    expect(after(failed("TRY"), failing(40), at(3_000))?.nextAt).to.deep.equal(at(3_000));
    const refused: Outcome = { kind: "refused", step: "TRY", setback };
    expect(after(refused, undefined, at(3_000))?.nextAt).to.deep.equal(at(3_000));
  });

  it("keeps its pace when the deadline has passed, and for decided orders", () => {
    expect(after(failed("TRY"), failing(4), at(-1))?.nextAt).to.deep.equal(at(5_000));
    const confirming = failing(4, { step: "CONFIRM" });
    expect(after(failed("CONFIRM"), confirming, at(3_000))?.nextAt).to.deep.equal(at(5_000));
  });

  it("knows since when an order hangs from what it is told", () => {
    const outcome: Outcome = { kind: "failed", step: "FULFIL", setback, failingSince: at(-61_000) };
    expect(after(outcome)).to.include({ state: "STUCK", attempts: 1 });
  });
});
