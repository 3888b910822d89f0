import { randomUUID } from "node:crypto";
import type { Logger } from "@waybill/chassis";
import type { Database } from "@waybill/persistence";
import { type DueSending, takeDueSendings } from "../db/sendingStore.ts";
import { withoutAddresses } from "../domain/letter.ts";
import type { Channel } from "../domain/notification.ts";
import type { Provider } from "../provider/provider.ts";
import { hopeless, isStale, judge, type RetryTimes, untried, type Verdict } from "./attempt.ts";
import { abortAfter } from "./grace.ts";
import { type SettlingPoint, settle } from "./settling.ts";
import type { UserAnswer, UserDirectory } from "./userDirectory.ts";

export interface SenderParts {
  readonly db: Database;
  readonly channel: Channel;
  readonly provider: Provider;
  readonly users: UserDirectory;
  readonly settling: SettlingPoint;
  readonly times: RetryTimes;
  /** One attempt takes no longer. Unit: ms. */
  readonly attemptTimeoutMs: number;
  /** Default: long enough for a batch. Unit: ms. */
  readonly leaseMs?: number;
  readonly logger: Logger;
}

/** Sends what is due on one channel. */
export interface Sender {
  /** Takes one batch and sends it; `again` when there may be more. Throws when the provider or the user service is away. */
  run(signal: AbortSignal): Promise<{ again: boolean }>;
  /** The last run has thrown: waking it up for what is new is of no use. */
  readonly isInTrouble: boolean;
}

/** How many sendings are taken at a time. */
const batchSize = 64;

/** How much of a lease is left for recording the outcome of the last attempt in it. Unit: ms. */
const marginMs = 5_000;

/** How long attempts under way may go on when the process is to end; less than a service has for its shutdown. Unit: ms. */
const graceMs = 5_000;

/** When sendings are due again that were not tried for a reason of our own. Unit: ms. */
const untriedDelayMs = 1_000;

export function createSender(parts: SenderParts): Sender {
  let isInTrouble = false;
  return {
    run: async (signal) => {
      try {
        const result = await sendBatch(parts, signal);
        isInTrouble = false;
        return result;
      } catch (error) {
        isInTrouble = true;
        throw error;
      }
    },
    get isInTrouble() {
      return isInTrouble;
    },
  };
}

/** A batch of sendings, and until when they are ours. */
interface Batch {
  readonly sendings: readonly DueSending[];
  readonly lease: string;
  /** No attempt begins after this. By performance.now(). */
  readonly lastStart: number;
  /** Aborts when the lease ends. */
  readonly leased: AbortSignal;
}

async function sendBatch(parts: SenderParts, signal: AbortSignal): Promise<{ again: boolean }> {
  const { db, channel, attemptTimeoutMs, logger } = parts;
  const leaseMs = parts.leaseMs ?? 2 * attemptTimeoutMs + marginMs;
  const lease = randomUUID();
  const lastStart = performance.now() + leaseMs - attemptTimeoutMs - marginMs;
  const sendings = await takeDueSendings(db, channel, { lease, leaseMs, limit: batchSize });
  if (sendings.length === 0) return { again: false };
  const batch = { sendings, lease, lastStart, leased: AbortSignal.timeout(leaseMs) };
  const recipients = await findRecipients(parts, batch);
  const trouble = await sendAll(parts, batch, recipients, signal);
  if (trouble !== undefined) throw new Error(`the ${channel} provider is away: ${trouble}`);
  logger.debug({ channel, sendings: sendings.length }, "sendings attempted");
  return { again: sendings.length === batchSize };
}

/** When the user service is away, the batch is put back and the error thrown on. */
async function findRecipients(
  parts: SenderParts,
  batch: Batch,
): Promise<ReadonlyMap<string, UserAnswer>> {
  try {
    return await parts.users(batch.sendings);
  } catch (error) {
    const verdict = untried(untriedDelayMs, "the user service is away");
    await Promise.all(batch.sendings.map((sending) => record(parts, batch, sending, verdict)));
    throw error;
  }
}

/** Sends side by side, as many as the provider takes. Once it is away the rest is put back. Answers why it is away. */
async function sendAll(
  parts: SenderParts,
  batch: Batch,
  recipients: ReadonlyMap<string, UserAnswer>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const queue = batch.sendings.values();
  using cutOff = abortAfter(signal, graceMs);
  let trouble: string | undefined;
  const work = async () => {
    for (const sending of queue) {
      const mayStart =
        trouble === undefined && !signal.aborted && performance.now() <= batch.lastStart;
      const verdict = mayStart
        ? await attempt(parts, sending, recipients.get(sending.userId), cutOff.signal, (reason) => {
            trouble = reason;
          })
        : untried(0);
      await record(parts, batch, sending, verdict);
    }
  };
  await Promise.all(Array.from({ length: parts.provider.concurrency }, work));
  return trouble;
}

/** Tries one sending; never throws. */
async function attempt(
  { provider, times, attemptTimeoutMs }: SenderParts,
  sending: DueSending,
  recipient: UserAnswer,
  cutOff: AbortSignal,
  onAway: (error: string) => void,
): Promise<Verdict> {
  if (isStale(sending, Date.now(), times)) return hopeless("given up: too long ago");
  if (recipient === "missing") return hopeless("there is no such user");
  if (recipient === undefined) return untried(times.firstMs, "the user service cannot tell");
  const { userId, name, email } = recipient;
  const message = { ...sending, recipient: { userId, name, email } };
  const limit = AbortSignal.any([cutOff, AbortSignal.timeout(attemptTimeoutMs)]);
  const outcome = await provider
    .send(message, limit)
    .catch((error) => ({ kind: "later", error: withoutAddresses(String(error)) }) as const);
  if (outcome.kind === "away") onAway(outcome.error);
  return judge(outcome, sending, times);
}

async function record(
  { settling, logger }: SenderParts,
  { lease, leased }: Batch,
  { orderId, version, channel }: DueSending,
  verdict: Verdict,
): Promise<void> {
  if (verdict.state === "FAILED") {
    logger.warn({ orderId, version, channel, reason: verdict.error }, "cannot be sent");
  }
  await settle(settling, { orderId, version, channel, lease, ...verdict }, logger, leased);
}
