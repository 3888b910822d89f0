import { type BatchingPoint, createBatchingPoint } from "@waybill/batching";
import type { Logger } from "@waybill/chassis";
import { type Database, isTransient } from "@waybill/persistence";
import {
  describeOperation,
  type FateSources,
  type Purge,
  purgeFences,
  type Resolution,
} from "@waybill/tcc";
import { endedPayments, forgetPayments } from "../db/duePayments.ts";
import type { PaymentEventRecord } from "../db/events.ts";
import { listPayments, type PagePosition, type PaymentFilter } from "../db/paymentList.ts";
import type { PaymentRecord } from "../db/paymentRow.ts";
import { readPayment } from "../db/payments.ts";
import type { LateAnswers, PaymentProvider } from "../domain/provider.ts";
import type { PaymentRequest } from "./commitIntents.ts";
import { createLateRecorder } from "./lateAnswers.ts";
import { type Outcome, operate } from "./operate.ts";
import { createProviderDesk } from "./providerDesk.ts";
import { recordAnswers } from "./recordAnswers.ts";
import { resolveExpiredHolds } from "./resolveExpiredHolds.ts";
import type { Settings } from "./settings.ts";
import { settleUnsettled } from "./settleUnsettled.ts";

/** The use cases of payment. */
export interface PaymentApp extends AsyncDisposable {
  /** Try, Confirm and Cancel, all by one batching point. Those of one payment that meet in a batch keep their order; in batches side by side the fence decides. */
  readonly operations: BatchingPoint<PaymentRequest, Outcome>;
  /** Whether the provider knows this payment method. */
  readonly accepts: (paymentMethod: string) => boolean;
  /** Takes the provider's webhooks. */
  readonly receive: LateAnswers;
  readonly read: (transactionId: string) => Promise<PaymentRecord | undefined>;
  readonly list: (
    filter: PaymentFilter,
    after: PagePosition | undefined,
    limit: number,
  ) => Promise<readonly PaymentRecord[]>;
  /** One run of the reaper. */
  readonly resolveExpired: (sources: FateSources, signal?: AbortSignal) => Promise<Resolution>;
  /** One run of the settler; `again`: there is more. */
  readonly settle: () => Promise<{ again: boolean }>;
  /** Forgets fences that ended long ago and whose orders have ended. Throws while status is away. */
  readonly purge: (status: FateSources["status"], signal?: AbortSignal) => Promise<Purge>;
}

export interface PaymentAppOptions {
  readonly db: Database;
  readonly provider: PaymentProvider;
  readonly publish: (events: readonly PaymentEventRecord[]) => void;
  readonly settings: Settings;
  readonly logger: Logger;
  readonly now?: () => Date;
}

/** Wires the use cases. Disposal finishes the batches that were taken, and gives up waiting for the provider. */
export function createPaymentApp(options: PaymentAppOptions): PaymentApp {
  const { db, provider, publish, settings, logger, now = () => new Date() } = options;
  const desk = createProviderDesk({
    provider,
    logger,
    timeoutMs: settings.providerTimeoutMs,
    concurrency: settings.providerConcurrency,
  });
  const record = recordAnswers({ db, settings, logger, now, publish });
  const late = createLateRecorder({ record, desk, logger });
  const operations = createBatchingPoint<PaymentRequest, Outcome>({
    name: "payment.operate",
    handle: operate({ db, desk, record, late, settings, logger, now }),
    maxBatchSize: settings.batchSize,
    lanes: settings.batchLanes,
    isTransient,
    describe: ({ operation }, outcome) => describeOperation(operation, outcome),
  });
  const { holdExpiryMs, retentionMs } = settings;
  return {
    operations,
    accepts: (paymentMethod) => provider.accepts(paymentMethod),
    receive: late.receive,
    read: (transactionId) => readPayment(db, transactionId),
    list: (filter, after, limit) => listPayments(db, filter, after, limit),
    resolveExpired: resolveExpiredHolds({ db, operations, holdExpiryMs, now, logger }),
    settle: settleUnsettled({ db, desk, late, patienceMs: settings.providerPatienceMs, now }),
    purge: (status, signal) =>
      purgeFences({
        fences: {
          ended: (before, limit) => endedPayments(db, before, limit),
          forget: (transactionIds, before) => forgetPayments(db, transactionIds, before),
        },
        status,
        before: new Date(now().getTime() - retentionMs),
        signal,
      }),
    [Symbol.asyncDispose]: async () => {
      await operations[Symbol.asyncDispose]();
      await desk[Symbol.asyncDispose]();
      await late[Symbol.asyncDispose]();
    },
  };
}
