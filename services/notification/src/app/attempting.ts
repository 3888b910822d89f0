import type { Logger } from "@waybill/chassis";
import type { Database } from "@waybill/persistence";
import type { DueSending } from "../db/sendingStore.ts";
import { withoutAddresses } from "../domain/letter.ts";
import type { Channel } from "../domain/notification.ts";
import type { Provider } from "../provider/provider.ts";
import { hopeless, isStale, judge, type RetryTimes, untried, type Verdict } from "./attempt.ts";
import { limited } from "./attemptLimit.ts";
import type { Lease } from "./lease.ts";
import { countAttempt } from "./sendingMetrics.ts";
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
  /** How long recording waits for what is sent at once. Unit: ms. Default 1 s. */
  readonly patienceMs?: number;
  readonly logger: Logger;
}

/** When sendings are due again that were not tried for a reason of our own. Unit: ms. */
const untriedDelayMs = 1_000;

/** What is recorded of sendings whose recipients could not be looked up. */
export const usersAway = untried(untriedDelayMs, "the user service is away");

/** How attempts go on side by side. */
export interface Attempts {
  /** Shared by all who work on it, so that each sending is tried by one of them. */
  readonly queue: Iterable<DueSending>;
  readonly recipients: ReadonlyMap<string, UserAnswer>;
  /** Whether there is time for another one. */
  mayStart(): boolean;
  /** Cuts attempts under way off. */
  readonly cutOff: AbortSignal;
  /** Told of each sending as soon as it is known. */
  onVerdict(sending: DueSending, verdict: Verdict): void;
}

/** Tries as many at a time as the provider takes. Once it is away the rest is left untried. Answers why it is away. */
export async function attemptAll(
  parts: SenderParts,
  { queue, recipients, mayStart, cutOff, onVerdict }: Attempts,
): Promise<string | undefined> {
  let trouble: string | undefined;
  const work = async () => {
    for (const sending of queue) {
      const recipient = recipients.get(sending.userId);
      const verdict =
        trouble === undefined && mayStart()
          ? await attempt(parts, sending, recipient, cutOff, (reason) => {
              trouble = reason;
            })
          : untried(0);
      countAttempt(sending.channel, verdict);
      if (verdict.state === "FAILED") warn(parts, sending, verdict);
      onVerdict(sending, verdict);
    }
  };
  await Promise.all(Array.from({ length: parts.provider.concurrency }, work));
  return trouble;
}

function warn(
  { logger }: SenderParts,
  { orderId, version, channel }: DueSending,
  { error: reason }: Verdict,
): void {
  logger.warn({ orderId, version, channel, reason }, "cannot be sent");
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

/** Records what became of a sending that is recorded already. Never throws. */
export function settleOne(
  { settling, logger }: SenderParts,
  lease: Lease,
  { orderId, version, channel }: DueSending,
  verdict: Verdict,
): Promise<void> {
  const settlement = { orderId, version, channel, lease: lease.id, ...verdict };
  return settle(settling, settlement, logger, lease.ended);
}
