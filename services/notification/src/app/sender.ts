import type { Logger } from "@waybill/chassis";
import type { Database } from "@waybill/persistence";
import { type DueSending, takeDueSendings } from "../db/sendingStore.ts";
import { withoutAddresses } from "../domain/letter.ts";
import type { Channel } from "../domain/notification.ts";
import type { Provider } from "../provider/provider.ts";
import { hopeless, isStale, judge, type RetryTimes, untried, type Verdict } from "./attempt.ts";
import { limited } from "./attemptLimit.ts";
import { abortAfter } from "./grace.ts";
import { beginLease, type Lease } from "./lease.ts";
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
export interface Sender extends AsyncDisposable {
  /** Takes one batch and sends it; `again` when there may be more. Throws when the provider or the user service is away. */
  run(signal: AbortSignal): Promise<{ again: boolean }>;
  /** The last run has thrown: waking it up for what is new is of no use. */
  readonly isInTrouble: boolean;
  /**
   * A lease for sendings that are about to be recorded, and are then handed over by `accept`: they need not be looked for. None while
   * enough waits already, or sending is in trouble: what is recorded without is found when it is due.
   */
  reserve(): Lease | undefined;
  accept(lease: Lease, sendings: readonly DueSending[]): void;
}

/** How many sendings are taken at a time. */
const batchSize = 64;

/** How many sendings may wait that were handed over. */
const maxWaiting = 1_024;

/** However many are handed over, what is due is looked for so often. Unit: ms. */
const lookMs = 1_000;

/** How long attempts under way may go on when the process is to end; less than a service has for its shutdown. Unit: ms. */
const graceMs = 5_000;

/** When sendings are due again that were not tried for a reason of our own. Unit: ms. */
const untriedDelayMs = 1_000;

export function createSender(parts: SenderParts): Sender {
  const { attemptTimeoutMs, leaseMs } = parts;
  const handedOver: Batch[] = [];
  let waiting = 0;
  let isInTrouble = false;
  let lookedAt = Number.NEGATIVE_INFINITY;
  const next = (): Batch | undefined => {
    const batch = handedOver.shift();
    waiting -= batch?.sendings.length ?? 0;
    return batch;
  };
  const sendNext = async (signal: AbortSignal): Promise<{ again: boolean }> => {
    const known = performance.now() - lookedAt < lookMs ? next() : undefined;
    if (known === undefined) lookedAt = performance.now();
    const batch = known ?? (await takeDue(parts));
    await sendBatch(parts, batch, signal);
    const isPart = known === undefined && batch.sendings.length < batchSize;
    return { again: !isPart || handedOver.length > 0 };
  };
  return {
    run: async (signal) => {
      try {
        const result = await sendNext(signal);
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
    reserve: () =>
      isInTrouble || waiting >= maxWaiting ? undefined : beginLease(attemptTimeoutMs, leaseMs),
    accept: (lease, sendings) => {
      handedOver.push({ lease, sendings });
      waiting += sendings.length;
    },
    [Symbol.asyncDispose]: async () => {
      const left = handedOver.splice(0);
      await Promise.all(left.map((batch) => putBack(parts, batch, untried(0))));
    },
  };
}

/** A batch of sendings, and until when they are ours. */
interface Batch {
  readonly sendings: readonly DueSending[];
  readonly lease: Lease;
}

async function takeDue({ db, channel, ...times }: SenderParts): Promise<Batch> {
  const lease = beginLease(times.attemptTimeoutMs, times.leaseMs);
  const limits = { lease: lease.id, leaseMs: lease.ms, limit: batchSize };
  return { lease, sendings: await takeDueSendings(db, channel, limits) };
}

/** Throws when the provider or the user service is away. */
async function sendBatch(parts: SenderParts, batch: Batch, signal: AbortSignal): Promise<void> {
  const { channel, logger } = parts;
  const { sendings } = batch;
  if (sendings.length === 0) return;
  const recipients = await findRecipients(parts, batch);
  const trouble = await sendAll(parts, batch, recipients, signal);
  if (trouble !== undefined) throw new Error(`the ${channel} provider is away: ${trouble}`);
  logger.debug({ channel, sendings: sendings.length }, "sendings attempted");
}

const putBack = (parts: SenderParts, batch: Batch, verdict: Verdict): Promise<unknown> =>
  Promise.all(batch.sendings.map((sending) => record(parts, batch, sending, verdict)));

/** When the user service is away, the batch is put back and the error thrown on. */
async function findRecipients(
  parts: SenderParts,
  batch: Batch,
): Promise<ReadonlyMap<string, UserAnswer>> {
  try {
    return await parts.users(batch.sendings);
  } catch (error) {
    await putBack(parts, batch, untried(untriedDelayMs, "the user service is away"));
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
  const records: Promise<void>[] = [];
  using cutOff = abortAfter(signal, graceMs);
  let trouble: string | undefined;
  const work = async () => {
    for (const sending of queue) {
      const mayStart =
        trouble === undefined && !signal.aborted && performance.now() <= batch.lease.lastStart;
      const verdict = mayStart
        ? await attempt(parts, sending, recipients.get(sending.userId), cutOff.signal, (reason) => {
            trouble = reason;
          })
        : untried(0);
      records.push(record(parts, batch, sending, verdict));
    }
  };
  await Promise.all(Array.from({ length: parts.provider.concurrency }, work));
  await Promise.all(records);
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
  const outcome = await limited(cutOff, attemptTimeoutMs, (limit) =>
    provider.send(message, limit),
  ).catch((error) => ({ kind: "later", error: withoutAddresses(String(error)) }) as const);
  if (outcome.kind === "away") onAway(outcome.error);
  return judge(outcome, sending, times);
}

async function record(
  { settling, logger }: SenderParts,
  { lease }: Batch,
  { orderId, version, channel }: DueSending,
  verdict: Verdict,
): Promise<void> {
  if (verdict.state === "FAILED") {
    logger.warn({ orderId, version, channel, reason: verdict.error }, "cannot be sent");
  }
  const settlement = { orderId, version, channel, lease: lease.id, ...verdict };
  await settle(settling, settlement, logger, lease.ended);
}
