import type { Logger } from "@waybill/chassis";
import { ErrorReason } from "@waybill/contracts/errors";
import type {
  GetPaymentRequest,
  ListPaymentsRequest,
  PaymentServiceImplementation,
} from "@waybill/contracts/payment";
import { isOwn, ownFilter } from "@waybill/identity";
import { coalesced, readPage, refuse, toResult, validate } from "@waybill/rpc";
import type { Outcome } from "../app/operate.ts";
import type { PaymentApp } from "../app/paymentApp.ts";
import { decidedDecoder, getRules, listRules, tryDecoder } from "./requests.ts";
import { doneOrThrow, stateNames, toMessage } from "./responses.ts";

/** The handlers of PaymentService. */
export function paymentService(app: PaymentApp, logger: Logger): PaymentServiceImplementation {
  const point = app.operations;
  const replayed = (outcome: Outcome) => ({ replayed: doneOrThrow(outcome).replayed });
  const tries = coalesced({
    point,
    logger,
    decode: tryDecoder(app.accepts),
    encode: (outcome) => {
      const done = doneOrThrow(outcome);
      return { payment: toMessage(done.record), replayed: done.replayed };
    },
  });
  const confirms = coalesced({
    point,
    logger,
    decode: decidedDecoder("confirm"),
    encode: replayed,
  });
  const cancels = coalesced({ point, logger, decode: decidedDecoder("cancel"), encode: replayed });
  const batch = (results: Awaited<ReturnType<typeof confirms.many>>) => ({
    results: results.map((result) => ({ result: toResult(result) })),
  });
  return {
    tryPayment: (request, call) => tries.one(request, call),
    batchTryPayments: async ({ requests }, call) => ({
      results: (await tries.many(requests, call)).map((result) => ({ result: toResult(result) })),
    }),
    confirmPayment: (request, call) => confirms.one(request, call),
    batchConfirmPayments: async ({ requests }, call) => batch(await confirms.many(requests, call)),
    cancelPayment: (request, call) => cancels.one(request, call),
    batchCancelPayments: async ({ requests }, call) => batch(await cancels.many(requests, call)),
    getPayment: (request) => getPayment(app, request),
    listPayments: (request) => listPayments(app, request),
  };
}

async function getPayment(app: PaymentApp, request: GetPaymentRequest) {
  const { transactionId } = validate(getRules, request);
  const record = await app.read(transactionId);
  const payment = record && toMessage(record);
  if (payment === undefined || !isOwn(payment.userId)) {
    throw refuse.notFound(ErrorReason.PAYMENT_NOT_FOUND, `There is no payment of ${transactionId}`);
  }
  return { payment };
}

async function listPayments(app: PaymentApp, request: ListPaymentsRequest) {
  const { state, pageSize, pageToken, ...asked } = validate(listRules, request);
  const userId = ownFilter(asked.userId);
  const filter = { userId: userId || undefined, states: stateNames(state) };
  const { rows, nextPageToken } = await readPage({
    kind: "payments",
    filters: { userId, state },
    pageSize,
    pageToken,
    read: (after, limit) => app.list(filter, position(after), limit),
    keyForm: ["time", "id"],
    keyOf: ({ createdAt, payment }) => [createdAt.toISOString(), payment.transactionId],
  });
  return { payments: rows.map(toMessage), nextPageToken };
}

function position(key: readonly string[] | undefined) {
  if (key === undefined) return undefined;
  const [createdAt = "", transactionId = ""] = key;
  return { createdAt: new Date(createdAt), transactionId };
}
