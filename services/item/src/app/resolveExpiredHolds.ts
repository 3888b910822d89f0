import type { BatchingPoint } from "@waybill/batching";
import type { Logger } from "@waybill/chassis";
import type { Database } from "@waybill/persistence";
import {
  type FateSources,
  type HoldKeeper,
  type Resolution,
  recordResolution,
  resolveExpired,
} from "@waybill/tcc";
import { expiredReservations, extendReservations } from "../db/reservationUpkeep.ts";
import type { ReservationOperation, ReservationOutcome } from "../domain/reservation.ts";

export interface ResolveDependencies extends FateSources {
  readonly db: Database;
  readonly now: () => Date;
  readonly holdExpiryMs: number;
  readonly reservations: BatchingPoint<ReservationOperation, ReservationOutcome>;
  readonly logger: Logger;
}

/** Confirms, cancels or extends the holds that have expired, by their orders' fate. */
export const resolveExpiredHolds =
  (dependencies: ResolveDependencies) =>
  async (signal?: AbortSignal): Promise<Resolution> => {
    const { status, order, now, logger } = dependencies;
    const holds = holdKeeper(dependencies);
    const resolution = await resolveExpired({ holds, status, order, at: now(), logger, signal });
    recordResolution(resolution);
    return resolution;
  };

function holdKeeper({ db, now, holdExpiryMs, reservations }: ResolveDependencies): HoldKeeper {
  const decide = async (kind: "confirm" | "cancel", transactionIds: readonly string[]) => {
    const operations = transactionIds.map((transactionId) => ({ kind, transactionId }));
    return (await reservations.submitAll(operations)).map(refusedAsRejected);
  };
  return {
    expired: (at, after, limit) => expiredReservations(db, at, after, limit),
    confirm: (transactionIds) => decide("confirm", transactionIds),
    cancel: (transactionIds) => decide("cancel", transactionIds),
    extend: async (transactionIds) => {
      const expiresAt = new Date(now().getTime() + holdExpiryMs);
      const extended = extendReservations(db, transactionIds, expiresAt);
      return await Promise.allSettled(transactionIds.map(() => extended));
    },
  };
}

function refusedAsRejected(
  result: PromiseSettledResult<ReservationOutcome>,
): PromiseSettledResult<ReservationOutcome> {
  if (result.status === "rejected" || result.value.kind !== "refused") return result;
  return { status: "rejected", reason: new Error(`refused: ${result.value.reason}`) };
}
