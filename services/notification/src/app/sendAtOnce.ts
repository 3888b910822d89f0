import { sleep } from "@waybill/chassis";
import type { DueSending } from "../db/sendingStore.ts";
import type { Verdict } from "./attempt.ts";
import { attemptAll, type SenderParts, settleOne, usersAway } from "./attempting.ts";
import { abortAfter } from "./grace.ts";
import type { Lease } from "./lease.ts";
import { graceMs } from "./sendBatch.ts";
import type { UserAnswer } from "./userDirectory.ts";

/** How long recording waits for what is sent at once. Unit: ms. */
const defaultPatienceMs = 1_000;

/** How far sendings have come when the patience ends. */
export interface AtOnce {
  /** What became of those that are through. */
  readonly verdicts: Iterable<readonly [DueSending, Verdict]>;
  /** Those that nobody has begun with; nobody will. */
  readonly rest: readonly DueSending[];
}

export interface AtOnceOptions {
  /** With what those will be recorded that are not through. */
  readonly lease: Lease;
  /** Whether they were recorded, as soon as that is known. */
  readonly recording: Promise<boolean>;
  /** Told of each that is sent, at once. */
  onSent(sending: DueSending): void;
  /** When it aborts no further attempt is begun, and those under way are cut off after the grace. */
  readonly signal: AbortSignal;
}

export interface UnderWay {
  /** Comes after the patience at the latest. Never rejects. */
  readonly atOnce: Promise<AtOnce>;
  /**
   * Comes when what was begun is through, and settled if it was recorded before, with why the provider or the user service is away, if
   * it is. Never rejects.
   */
  readonly ended: Promise<string | undefined>;
}

/** Sends what is not recorded yet, side by side, as many at a time as the provider takes. */
export function sendAtOnce(
  parts: SenderParts,
  sendings: readonly DueSending[],
  { lease, recording, onSent, signal }: AtOnceOptions,
): UnderWay {
  const queue = sendings.values();
  const verdicts = new Map<DueSending, Verdict>();
  const late: Promise<void>[] = [];
  let isLate = false;
  const settleLate = async (sending: DueSending, verdict: Verdict): Promise<void> => {
    if (await recording) await settleOne(parts, lease, sending, verdict);
  };
  const attempted = attemptQueue(parts, sendings, queue, signal, (sending, verdict) => {
    if (verdict.state === "SENT") onSent(sending);
    if (isLate) late.push(settleLate(sending, verdict));
    else verdicts.set(sending, verdict);
  });
  const atOnce = atMost(attempted, parts.patienceMs ?? defaultPatienceMs).then(() => {
    isLate = true;
    return { verdicts, rest: [...queue] };
  });
  const ended = attempted.then((trouble) => Promise.all(late).then(() => trouble));
  return { atOnce, ended };
}

async function attemptQueue(
  parts: SenderParts,
  sendings: readonly DueSending[],
  queue: Iterable<DueSending>,
  signal: AbortSignal,
  onVerdict: (sending: DueSending, verdict: Verdict) => void,
): Promise<string | undefined> {
  const recipients = await findRecipients(parts, sendings);
  if (recipients === undefined) {
    for (const sending of queue) onVerdict(sending, usersAway);
    return usersAway.error;
  }
  using cutOff = abortAfter(signal, graceMs);
  const mayStart = () => !signal.aborted;
  return await attemptAll(parts, { queue, recipients, mayStart, cutOff: cutOff.signal, onVerdict });
}

/** Undefined when the user service is away. */
async function findRecipients(
  { users, channel, logger }: SenderParts,
  sendings: readonly DueSending[],
): Promise<ReadonlyMap<string, UserAnswer> | undefined> {
  try {
    return await users(sendings);
  } catch (error) {
    logger.warn({ error, channel }, "the user service is away: notifications wait");
    return undefined;
  }
}

/** Resolves with the work or after so many ms, whichever is first. */
async function atMost(work: Promise<unknown>, ms: number): Promise<void> {
  const patience = new AbortController();
  const end = sleep(ms, patience.signal).catch(() => {}); // Not needed any more.
  await Promise.race([work, end]);
  patience.abort();
}
