import { renewClaims } from "../db/takeProcesses.ts";
import type { Process, Step } from "../domain/process.ts";
import type { Workflow } from "./ports.ts";

/** Claims that are about to be worked on. */
export interface Claims {
  readonly step: Step;
  readonly processes: readonly Process[];
  readonly leaseEnd: Date;
}

/**
 * Works on claims and prolongs them meanwhile, a third of the lease before their end at the latest. So the lease needs to be no longer than the
 * claims of a dead replica may rest, although a step whose callees all hang takes several times that.
 */
export async function whileClaimed<T>(
  { db, clock, logger }: Pick<Workflow, "db" | "clock" | "logger">,
  { step, processes, leaseEnd }: Claims,
  leaseMs: number,
  work: () => Promise<T>,
): Promise<T> {
  const orderIds = processes.map(({ order }) => order.orderId);
  let end = leaseEnd;
  let renewing: Promise<void> | undefined;
  const renew = async () => {
    const newEnd = new Date(clock().getTime() + leaseMs);
    try {
      await renewClaims(db, step, orderIds, end, newEnd);
      end = newEnd;
    } catch (error) {
      // Should it lapse, somebody else does the same again, which is harmless.
      logger.warn({ error, step, orders: orderIds.length }, "claims could not be prolonged");
    }
  };
  const timer = setInterval(() => {
    renewing ??= renew().finally(() => {
      renewing = undefined;
    });
  }, leaseMs / 3);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    await renewing;
  }
}
