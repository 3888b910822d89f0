import { LRUCache } from "lru-cache";
import { type DueSending, takeDueSendings } from "../db/sendingStore.ts";
import { untried, type Verdict } from "./attempt.ts";
import { type SenderParts, settleOne } from "./attempting.ts";
import { beginLease, type Lease } from "./lease.ts";
import { type BeginMode, type Begun, keyOf } from "./outbox.ts";
import { type AtOnce, sendAtOnce } from "./sendAtOnce.ts";
import { type Batch, putBack, sendBatch } from "./sendBatch.ts";

/** Sends on one channel: what is about to be recorded, and what is due. */
export interface Sender extends AsyncDisposable {
  /** Takes one batch and sends it; `again` when there may be more. Throws when the provider or the user service is away. */
  run(signal: AbortSignal): Promise<{ again: boolean }>;
  /** The last attempt has met nobody: waking it up for what is new is of no use. */
  readonly isInTrouble: boolean;
  /**
   * Sends at once, when asked to, unless something else is being sent or waits for it, or sending is in trouble. What is not through is
   * taken over with a lease, and need not be looked for; but not while enough waits already, or sending is in trouble: that is found when
   * it is due.
   */
  begin(sendings: readonly DueSending[], mode: BeginMode): Promise<Begun>;
}

/** How many sendings are taken at a time. */
const batchSize = 64;

/** How many sendings may wait that were taken over. */
const maxWaiting = 1_024;

/** However many are taken over, what is due is looked for so often. Unit: ms. */
const lookMs = 1_000;

/** How many mails are remembered that are sent and could not be recorded. */
const maxUnrecorded = 10_000;

const sentBefore: Verdict = { state: "SENT", isAttempt: true, delayMs: 0, error: "" };

/** The sender of one channel; `run` is to be called again and again. */
export const createSender = (parts: SenderParts): Sender => new ChannelSender(parts);

class ChannelSender implements Sender {
  readonly #parts: SenderParts;
  readonly #stopping = new AbortController();
  /** What was recorded for us, in its order. */
  readonly #waiting: Batch[] = [];
  #waitingCount = 0;
  /** While something is being sent; then nothing else is, so that the provider's concurrency holds and mails keep their order. */
  #busy: Promise<unknown> | undefined;
  /** Sent, but not recorded. When they come again they are not sent again. */
  readonly #unrecorded = new LRUCache<string, true>({ max: maxUnrecorded });
  #lookedAt = Number.NEGATIVE_INFINITY;
  isInTrouble = false;

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  async run(signal: AbortSignal): Promise<{ again: boolean }> {
    try {
      const result = await this.#sendNext(signal);
      this.isInTrouble = false;
      return result;
    } catch (error) {
      this.isInTrouble = true;
      throw error;
    }
  }

  async #sendNext(signal: AbortSignal): Promise<{ again: boolean }> {
    await this.#untilFree(signal);
    const known = performance.now() - this.#lookedAt < lookMs ? this.#next() : undefined;
    if (known === undefined) this.#lookedAt = performance.now();
    const batch = known ?? (await takeDue(this.#parts));
    if (batch.sendings.length > 0) {
      await this.#untilFree(signal); // Looking has taken a while.
      await this.#occupiedBy(sendBatch(this.#parts, batch, signal));
    }
    const isPart = known === undefined && batch.sendings.length < batchSize;
    return { again: !isPart || this.#waiting.length > 0 };
  }

  #next(): Batch | undefined {
    const batch = this.#waiting.shift();
    this.#waitingCount -= batch?.sendings.length ?? 0;
    return batch;
  }

  async #untilFree(signal: AbortSignal): Promise<void> {
    while (this.#busy !== undefined && !signal.aborted) {
      const { promise: aborted, resolve } = Promise.withResolvers<void>();
      const onAbort = () => resolve();
      signal.addEventListener("abort", onAbort, { once: true });
      await Promise.race([this.#busy, aborted]);
      signal.removeEventListener("abort", onAbort);
    }
  }

  async #occupiedBy<T>(work: Promise<T>): Promise<T> {
    const busy = work.catch(() => {}); // Whoever waits for the end does not mind which.
    this.#busy = busy;
    try {
      return await work;
    } finally {
      if (this.#busy === busy) this.#busy = undefined;
    }
  }

  async begin(sendings: readonly DueSending[], mode: BeginMode): Promise<Begun> {
    const { attemptTimeoutMs, leaseMs } = this.#parts;
    const lease = beginLease(attemptTimeoutMs, leaseMs);
    const isOurs = !this.isInTrouble && this.#waitingCount < maxWaiting;
    const isFree = isOurs && this.#busy === undefined && this.#waitingCount === 0;
    const isUnrecorded = (sending: DueSending) => this.#unrecorded.has(keyOf(sending));
    const before = sendings.filter(isUnrecorded).map((each) => [each, sentBefore] as const);
    const unsent = sendings.filter((each) => !isUnrecorded(each));
    const recording = Promise.withResolvers<boolean>();
    const { verdicts: now, rest } =
      mode === "send" && isFree && unsent.length > 0
        ? await this.#sendAtOnce(unsent, lease, recording.promise)
        : { verdicts: [], rest: unsent };
    const verdicts = new Map([...before, ...now]);
    return {
      verdicts,
      lease: isOurs ? lease : undefined,
      recorded: (added) => {
        if (isOurs)
          this.#accept({ lease, sendings: rest.filter((each) => added.has(keyOf(each))) });
        this.#settleOthers(verdicts, added, lease);
        for (const sending of verdicts.keys()) this.#unrecorded.delete(keyOf(sending));
        recording.resolve(true);
      },
      failed: () => recording.resolve(false),
    };
  }

  async #sendAtOnce(
    sendings: readonly DueSending[],
    lease: Lease,
    recording: Promise<boolean>,
  ): Promise<AtOnce> {
    const { channel, logger } = this.#parts;
    const { atOnce, ended } = sendAtOnce(this.#parts, sendings, {
      lease,
      recording,
      onSent: (sending) => this.#unrecorded.set(keyOf(sending), true),
      signal: this.#stopping.signal,
    });
    void this.#occupiedBy(ended).then((trouble) => {
      if (trouble === undefined) return;
      this.isInTrouble = true;
      logger.warn({ channel, reason: trouble }, "cannot send at once, what is not sent waits");
    });
    return atOnce;
  }

  /** What we have sent and another replica has recorded meanwhile, as not sent. */
  #settleOthers(
    verdicts: ReadonlyMap<DueSending, Verdict>,
    added: ReadonlySet<string>,
    lease: Lease,
  ): void {
    for (const [sending, verdict] of verdicts) {
      if (verdict.state === "SENT" && !added.has(keyOf(sending)))
        void settleOne(this.#parts, lease, sending, verdict);
    }
  }

  #accept(batch: Batch): void {
    if (batch.sendings.length === 0) return;
    this.#waiting.push(batch);
    this.#waitingCount += batch.sendings.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#busy;
    const left = this.#waiting.splice(0);
    await Promise.all(left.map((batch) => putBack(this.#parts, batch, untried(0))));
  }
}

async function takeDue({ db, channel, ...times }: SenderParts): Promise<Batch> {
  const lease = beginLease(times.attemptTimeoutMs, times.leaseMs);
  const limits = { lease: lease.id, leaseMs: lease.ms, limit: batchSize };
  return { lease, sendings: await takeDueSendings(db, channel, limits) };
}
