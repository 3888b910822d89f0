import type { BatchingPoint } from "@waybill/batching";
import type { Logger } from "@waybill/chassis";
import { OrderState } from "@waybill/contracts/status";
import type { Database } from "@waybill/persistence";
import { type FateSources, type HoldKeeper, type Resolution, resolveExpired } from "@waybill/tcc";
import { expiredPayments, extendPayments } from "../db/duePayments.ts";
import type { PaymentRequest } from "./commitIntents.ts";
import type { Outcome } from "./operate.ts";

export interface ResolveDependencies {
  readonly db: Database;
  readonly now: () => Date;
  readonly holdExpiryMs: number;
  readonly operations: BatchingPoint<PaymentRequest, Outcome>;
  readonly logger: Logger;
}

/**
 * Confirms, cancels or extends the payments that have expired undecided, by their orders' fate. CONFIRMED extends: item may not have
 * deducted the stock yet, and no money is taken before.
 */
export const resolveExpiredHolds =
  (dependencies: ResolveDependencies) =>
  (sources: FateSources, signal?: AbortSignal): Promise<Resolution> => {
    const { now, logger } = dependencies;
    const holds = holdKeeper(dependencies);
    const confirmFrom = OrderState.PROCESSING;
    return resolveExpired({ ...sources, confirmFrom, holds, at: now(), logger, signal });
  };

function holdKeeper({ db, now, holdExpiryMs, operations }: ResolveDependencies): HoldKeeper {
  const decide = async (kind: "confirm" | "cancel", transactionIds: readonly string[]) => {
    const requests = transactionIds.map((transactionId) => ({
      operation: { kind, transactionId },
      traceparent: "",
    }));
    return (await operations.submitAll(requests)).map(undoneAsRejected);
  };
  return {
    expired: (at, after, limit) => expiredPayments(db, at, after, limit),
    confirm: (transactionIds) => decide("confirm", transactionIds),
    cancel: (transactionIds) => decide("cancel", transactionIds),
    extend: async (transactionIds) => {
      const expiresAt = new Date(now().getTime() + holdExpiryMs);
      const extended = extendPayments(db, transactionIds, expiresAt);
      return await Promise.allSettled(transactionIds.map(() => extended));
    },
  };
}

/** Only what is done counts; the rest is tried again. */
function undoneAsRejected(result: PromiseSettledResult<Outcome>): PromiseSettledResult<Outcome> {
  if (result.status === "rejected" || result.value.kind === "done") return result;
  const { value } = result;
  const why =
    value.kind === "refused" ? `refused: ${value.reason}` : "the provider does not answer";
  return { status: "rejected", reason: new Error(why) };
}
