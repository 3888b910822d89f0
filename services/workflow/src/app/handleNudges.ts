import { OrderState, ReservationMode, type Status } from "@waybill/contracts/status";
import { nudgeTries } from "../db/takeProcesses.ts";
import type { OrderFacts } from "../domain/process.ts";
import { askAll, proceed } from "./askAll.ts";
import type { Workflow } from "./ports.ts";
import { recordFirstPass } from "./recordOutcomes.ts";
import { runStep } from "./runStep.ts";

/** A late answer of a payment provider: reason to ask payment again. */
export interface Nudge {
  readonly orderId: string;
  /** The W3C trace context of the answer; empty when there is none. */
  readonly traceparent: string;
}

/**
 * Takes up the orders of a batch of nudges. One that waits is due now. One that does not may be about to be recorded by its first pass, so it
 * is tried here and now, which is harmless to do twice. Throws only when the database fails.
 */
export async function handleNudges(workflow: Workflow, batch: readonly Nudge[]): Promise<void> {
  const nudges = new Map(batch.map((nudge) => [nudge.orderId, nudge]));
  const now = workflow.clock();
  const waiting = await nudgeTries(workflow.db, [...nudges.keys()], now);
  if (waiting.size > 0) workflow.alarm("TRY", now);
  const others = [...nudges.values()].filter(({ orderId }) => !waiting.has(orderId));
  const orders = await undecided(workflow, others);
  const outcomes = await runStep(workflow, "TRY", orders);
  await recordFirstPass(workflow, orders, outcomes);
}

/**
 * Those that status still has as PENDING, with their facts. One that status does not answer for is left alone: its placed event records it,
 * or has done so by the time its turn comes.
 */
async function undecided(
  { callees }: Workflow,
  nudges: readonly Nudge[],
): Promise<readonly OrderFacts[]> {
  const answers = await askAll(nudges, (part) =>
    callees.status.batchGetStatuses({ orderIds: part.map(({ orderId }) => orderId) }),
  );
  const found = proceed(
    nudges,
    answers,
    ({ traceparent }, { status }) => factsOf(status, traceparent),
    () => {},
  );
  return found.filter((order) => order !== undefined);
}

function factsOf(status: Status | undefined, traceparent: string): OrderFacts | undefined {
  if (status?.state !== OrderState.PENDING || status.placedAt === undefined) return undefined;
  return {
    orderId: status.orderId,
    userId: status.userId,
    placedAt: status.placedAt,
    reservationMode: status.reservationMode === ReservationMode.DEFERRED ? "DEFERRED" : "HELD",
    expiresAt: status.expiresAt,
    traceparent: traceparent || status.traceparent,
  };
}
