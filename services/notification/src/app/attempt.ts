import { backoff } from "@waybill/chassis";
import type { DueSending, Settlement } from "../db/sendingStore.ts";
import type { Outcome } from "../provider/provider.ts";

/** How long to wait after an attempt. */
export interface RetryTimes {
  /** After a refusal for now, of one message: the first time, and at most. Unit: ms. */
  readonly firstMs: number;
  readonly capMs: number;
  /** While the provider is away, each message waits no longer than this. Unit: ms. */
  readonly awayCapMs: number;
  /** A message is given up this long after its event. Unit: ms. */
  readonly giveUpAfterMs: number;
}

/** Greylisting servers want to be asked again after some minutes; nobody wants to wait for hours. */
export const defaultRetryTimes = { firstMs: 5_000, capMs: 900_000, awayCapMs: 30_000 } as const;

export type Verdict = Pick<Settlement, "state" | "isAttempt" | "delayMs" | "error">;

/** What an outcome means for the sending. Pure but for the jitter, which `random` can replace. */
export function judge(
  outcome: Outcome,
  { attempts }: Pick<DueSending, "attempts">,
  times: RetryTimes,
  random?: () => number,
): Verdict {
  const isAttempt = true;
  switch (outcome.kind) {
    case "sent":
      return { state: "SENT", isAttempt, delayMs: 0, error: "" };
    case "refused":
      return { state: "FAILED", isAttempt, delayMs: 0, error: outcome.error };
    case "later":
    case "away": {
      const capMs = outcome.kind === "away" ? times.awayCapMs : times.capMs;
      const limits = { firstMs: Math.min(times.firstMs, capMs), capMs };
      const delayMs = backoff(attempts, random ? { ...limits, random } : limits);
      return { state: "WAITING", isAttempt, delayMs, error: outcome.error };
    }
    default:
      return outcome satisfies never;
  }
}

/** Not tried at all, and due again after a while. */
export const untried = (delayMs: number, error = ""): Verdict => ({
  state: "WAITING",
  isAttempt: false,
  delayMs,
  error,
});

/** Can never be sent, which is known without trying. */
export const hopeless = (error: string): Verdict => ({
  state: "FAILED",
  isAttempt: false,
  delayMs: 0,
  error,
});

/** Whether the news is too old to be of interest to anybody. */
export const isStale = (
  { occurredAt }: Pick<DueSending, "occurredAt">,
  now: number,
  { giveUpAfterMs }: Pick<RetryTimes, "giveUpAfterMs">,
): boolean => occurredAt.getTime() + giveUpAfterMs < now;
