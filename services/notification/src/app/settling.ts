import { type BatchingPoint, createBatchingPoint } from "@waybill/batching";
import { backoff, type Logger, sleep } from "@waybill/chassis";
import { type Database, isTransient } from "@waybill/persistence";
import { type Settlement, settleSendings } from "../db/sendingStore.ts";

export type SettlingPoint = BatchingPoint<Settlement, void>;

/** Records outcomes as they come, in natural batches, so that a killed process has forgotten a few at most. */
export const settlingPoint = (db: Database): SettlingPoint =>
  createBatchingPoint<Settlement, void>({
    name: "notification.settle",
    handle: async (settlements) => {
      await settleSendings(db, settlements);
      return settlements.map(() => undefined);
    },
    isTransient,
  });

/**
 * Records an outcome, again and again until the signal aborts: a mail that is sent and not recorded is sent twice. Never throws; what is
 * not recorded becomes due when its lease ends.
 */
export async function settle(
  point: SettlingPoint,
  settlement: Settlement,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await point.submit(settlement);
    } catch (error) {
      const { orderId, version, channel, state } = settlement;
      logger.warn({ error, orderId, version, channel, state }, "cannot record an outcome yet");
    }
    try {
      await sleep(backoff(attempt, { firstMs: 100, capMs: 2_000 }), signal);
    } catch {
      return; // Too late, or the process ends.
    }
  }
}
