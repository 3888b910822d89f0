import type { DueSending } from "../db/sendingStore.ts";
import type { Verdict } from "./attempt.ts";
import { attemptAll, type SenderParts, settleOne, usersAway } from "./attempting.ts";
import { abortAfter } from "./grace.ts";
import type { Lease } from "./lease.ts";
import type { UserAnswer } from "./userDirectory.ts";

/** A batch of sendings that are recorded, and until when they are ours. */
export interface Batch {
  readonly sendings: readonly DueSending[];
  readonly lease: Lease;
}

/** How long attempts under way may go on when the process is to end; less than a service has for its shutdown. Unit: ms. */
export const graceMs = 5_000;

/** Sends what is recorded, and records each outcome as it comes. Throws when the provider or the user service is away. */
export async function sendBatch(
  parts: SenderParts,
  batch: Batch,
  signal: AbortSignal,
): Promise<void> {
  const { channel, logger } = parts;
  const { sendings, lease } = batch;
  if (sendings.length === 0) return;
  const recipients = await findRecipients(parts, batch);
  const records: Promise<void>[] = [];
  using cutOff = abortAfter(signal, graceMs);
  const trouble = await attemptAll(parts, {
    queue: sendings.values(),
    recipients,
    mayStart: () => !signal.aborted && performance.now() <= lease.lastStart,
    cutOff: cutOff.signal,
    onVerdict: (sending, verdict) => records.push(settleOne(parts, lease, sending, verdict)),
  });
  await Promise.all(records);
  if (trouble !== undefined) throw new Error(`the ${channel} provider is away: ${trouble}`);
  logger.debug({ channel, sendings: sendings.length }, "sendings attempted");
}

/** Gives all of a batch back, with one verdict. Never throws. */
export const putBack = (
  parts: SenderParts,
  { sendings, lease }: Batch,
  verdict: Verdict,
): Promise<unknown> =>
  Promise.all(sendings.map((sending) => settleOne(parts, lease, sending, verdict)));

/** When the user service is away, the batch is put back and the error thrown on. */
async function findRecipients(
  parts: SenderParts,
  batch: Batch,
): Promise<ReadonlyMap<string, UserAnswer>> {
  try {
    return await parts.users(batch.sendings);
  } catch (error) {
    await putBack(parts, batch, usersAway);
    throw error;
  }
}
