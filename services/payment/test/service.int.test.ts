import { ErrorReason } from "@waybill/contracts/errors";
import { PaymentState, TryPaymentRequest } from "@waybill/contracts/payment";
import { Status } from "@waybill/rpc";
import { expect } from "chai";
import { refusal, refused, type Served, servePayments } from "./support/serving.ts";
import { confirmIt, submit } from "./support/testBed.ts";

const good = {
  transactionId: "t1",
  userId: "ada",
  amount: { minorUnits: 1_999n, currency: "EUR" },
  paymentMethod: "pm_ok",
};
const request = (changes: Partial<typeof good>) => ({ ...good, ...changes });

describe("PaymentService", () => {
  let served: Served;
  let client: Served["client"];
  before(async () => {
    served = await servePayments();
    client = served.client;
  });
  after(() => served[Symbol.asyncDispose]());

  describe("names every field that is wrong, and stores nothing", () => {
    const { INVALID_ARGUMENT } = Status;
    const wrong: readonly (readonly [name: string, Partial<typeof good>, field: string])[] = [
      ["no id", { transactionId: "" }, "transaction_id"],
      ["an id with a blank", { transactionId: "a b" }, "transaction_id"],
      ["an id of 65 characters", { transactionId: "a".repeat(65) }, "transaction_id"],
      ["no user", { userId: "" }, "user_id"],
      ["a malformed user", { userId: "ada@example.org" }, "user_id"],
      ["a negative amount", { amount: { minorUnits: -1n, currency: "EUR" } }, "amount.minor_units"],
      [
        "an amount beyond the limit",
        { amount: { minorUnits: 2n ** 53n, currency: "EUR" } },
        "amount.minor_units",
      ],
      [
        "a currency in small letters",
        { amount: { minorUnits: 1n, currency: "eur" } },
        "amount.currency",
      ],
      ["no method", { paymentMethod: "" }, "payment_method"],
      ["an unknown method", { paymentMethod: "pm_gold" }, "payment_method"],
      ["a method by an inherited name", { paymentMethod: "constructor" }, "payment_method"],
      ["an endless method", { paymentMethod: "x".repeat(10_000) }, "payment_method"],
    ];
    for (const [name, changes, field] of wrong) {
      it(`in a Try with ${name}`, async () => {
        const said = await refused(
          client.tryPayment(request({ transactionId: "bad", ...changes })),
        );
        const [code, reason, fields] = said.split(" ");
        expect([Number(code), reason]).to.deep.equal([INVALID_ARGUMENT, "INVALID_FIELD"]);
        expect(fields).to.equal(field);
        expect(await served.app.read("bad")).to.equal(undefined);
      });
    }
    it("in a Try without an amount", async () => {
      const call = client.tryPayment(TryPaymentRequest.fromPartial({ ...good, amount: undefined }));
      expect(await refused(call)).to.equal(`${INVALID_ARGUMENT} INVALID_FIELD amount`);
    });
    it("in a Confirm, a Cancel, a Get and a List", async () => {
      const expected = `${INVALID_ARGUMENT} INVALID_FIELD transaction_id`;
      const transactionId = "no/id";
      expect(await refused(client.confirmPayment({ transactionId }))).to.equal(expected);
      expect(await refused(client.cancelPayment({ transactionId }))).to.equal(expected);
      expect(await refused(client.getPayment({ transactionId }))).to.equal(expected);
      const list = await refused(client.listPayments({ pageSize: 501, userId: "a b" }));
      expect(list).to.equal(`${INVALID_ARGUMENT} INVALID_FIELD user_id, page_size`);
      const token = await refused(client.listPayments({ pageToken: "made-up" }));
      expect(token).to.equal(`${INVALID_ARGUMENT} INVALID_PAGE_TOKEN page_token`);
    });
    it("in a batch of none and of 513", async () => {
      const expected = `${INVALID_ARGUMENT} INVALID_FIELD requests`;
      expect(await refused(client.batchTryPayments({ requests: [] }))).to.equal(expected);
      const requests = Array.from({ length: 513 }, () => good);
      expect(await refused(client.batchTryPayments({ requests }))).to.equal(expected);
    });
  });

  it("answers the payment with its Try, and the same again", async () => {
    const first = await client.tryPayment(request({ transactionId: "a1" }));
    expect(first.replayed).to.equal(false);
    expect(first.payment).to.deep.include({
      transactionId: "a1",
      userId: "ada",
      amount: { minorUnits: 1_999n, currency: "EUR" },
      paymentMethod: "pm_ok",
      state: PaymentState.TRIED,
      declineReason: "",
    });
    expect(first.payment?.providerReference).to.match(/^sim_/);
    const again = await client.tryPayment(request({ transactionId: "a1" }));
    expect(again).to.deep.equal({ ...first, replayed: true });
    expect((await client.getPayment({ transactionId: "a1" })).payment).to.deep.equal(first.payment);
  });

  it("takes a traceparent that is none, even one with NUL, for absent", async () => {
    const traceparent = `00-${"a".repeat(32)}-${"b".repeat(16)}-0\0`;
    const transactionId = "odd-trace";
    const tried = await client.tryPayment({ ...request({ transactionId }), traceparent });
    expect(tried.payment?.state).to.equal(PaymentState.TRIED);
    expect(await client.confirmPayment({ transactionId, traceparent })).to.include({
      replayed: false,
    });
  });

  it("tells refusals with code, reason and what helps", async () => {
    const { FAILED_PRECONDITION, UNAVAILABLE, ALREADY_EXISTS, ABORTED, NOT_FOUND } = Status;
    const transactionId = "r1";
    const declined = await refusal(
      client.tryPayment(request({ transactionId, paymentMethod: "pm_declined" })),
    );
    expect(declined).to.include({
      code: FAILED_PRECONDITION,
      reason: ErrorReason.PAYMENT_DECLINED,
    });
    expect(declined.metadata).to.deep.equal({ provider_reason: "insufficient funds" });
    const pending = await refusal(
      client
        .batchTryPayments({
          requests: [request({ transactionId: "r2", paymentMethod: "pm_pending" })],
        })
        .then(({ results }) => {
          throw failureOf(results[0]);
        }),
    ).catch((failure) => failure);
    expect(pending).to.deep.include({
      code: UNAVAILABLE,
      reason: ErrorReason.PAYMENT_PENDING,
      retryDelay: { seconds: 1n, nanos: 0 },
    });
    expect(await refused(client.tryPayment(request({ transactionId })))).to.equal(
      `${ALREADY_EXISTS} CONTENT_MISMATCH`,
    );
    expect(await refused(client.confirmPayment({ transactionId }))).to.equal(
      `${FAILED_PRECONDITION} NOT_TRIED`,
    );
    await client.cancelPayment({ transactionId });
    expect(await refused(client.confirmPayment({ transactionId }))).to.equal(
      `${ABORTED} TRANSACTION_CANCELLED`,
    );
    await client.tryPayment(request({ transactionId: "r3" }));
    await client.confirmPayment({ transactionId: "r3" });
    expect(await refused(client.cancelPayment({ transactionId: "r3" }))).to.equal(
      `${FAILED_PRECONDITION} ALREADY_CONFIRMED`,
    );
    expect(await refused(client.getPayment({ transactionId: "r4" }))).to.equal(
      `${NOT_FOUND} PAYMENT_NOT_FOUND`,
    );
  });

  it("gives each element of a batch its own result", async () => {
    const { results } = await client.batchTryPayments({
      requests: [
        request({ transactionId: "b1" }),
        request({ transactionId: "b2", paymentMethod: "pm_gold" }),
        request({ transactionId: "b3", paymentMethod: "pm_declined" }),
      ],
    });
    expect(results.map((result) => result.result?.$case)).to.deep.equal([
      "response",
      "failure",
      "failure",
    ]);
    expect(failureOf(results[1])?.fieldViolations[0]?.field).to.equal("payment_method");
    expect(failureOf(results[2])?.reason).to.equal(ErrorReason.PAYMENT_DECLINED);
    const ids = ["b1", "b3"].map((transactionId) => ({ transactionId }));
    const confirmed = await client.batchConfirmPayments({ requests: ids });
    expect(confirmed.results.map((result) => result.result?.$case)).to.deep.equal([
      "response",
      "failure",
    ]);
    const cancelled = await client.batchCancelPayments({ requests: ids });
    expect(cancelled.results.map((result) => result.result?.$case)).to.deep.equal([
      "failure",
      "response",
    ]);
  });

  it("lists payments page by page, the latest first, by user and state", async () => {
    const ids = Array.from({ length: 7 }, (_, index) => `list${index}`);
    for (const transactionId of ids) {
      await client.tryPayment(request({ transactionId, userId: "lister" }));
    }
    await submit(served.app, confirmIt("list3"));
    const seen: string[] = [];
    let pageToken = "";
    do {
      const page = await client.listPayments({ userId: "lister", pageSize: 3, pageToken });
      seen.push(...page.payments.map((payment) => payment.transactionId));
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
    expect(seen).to.deep.equal(ids.toReversed());
    const state = PaymentState.CONFIRMED;
    const confirmed = await client.listPayments({ userId: "lister", state });
    expect(confirmed.payments.map((payment) => payment.transactionId)).to.deep.equal(["list3"]);
    const all = await client.listPayments({ pageSize: 1 });
    expect(all.payments[0]?.transactionId).to.equal("list6");
    const token = all.nextPageToken;
    expect(await refused(client.listPayments({ userId: "lister", pageToken: token }))).to.match(
      /page_token$/,
    );
  });
});

interface WithResult {
  readonly result?: { $case: string; value: unknown } | undefined;
}

const failureOf = (element: WithResult | undefined) =>
  element?.result?.$case === "failure"
    ? (element.result.value as {
        code: number;
        reason: ErrorReason;
        fieldViolations: { field: string }[];
      })
    : undefined;
