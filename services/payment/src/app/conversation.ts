import type { PaymentRecord } from "../db/paymentRow.ts";
import { evolve, openStep, type ProviderStep } from "../domain/evolve.ts";
import type { Payment } from "../domain/payment.ts";
import type { ProviderAnswer } from "../domain/provider.ts";

/** What is asked and answered about one payment until nothing is open, or the provider leaves an answer open. */
export interface Conversation {
  readonly begunWith: PaymentRecord;
  /** What has been answered so far. */
  readonly answers: readonly ProviderAnswer[];
  /** No more answers will come by this conversation. */
  readonly ended: boolean;
  /** Resolves when it has ended; never rejects. */
  readonly end: Promise<void>;
}

/** Asks the provider for one thing; rejects when the answer is not known. */
export type Ask = (payment: Payment, step: ProviderStep) => Promise<ProviderAnswer>;

/** Begins a conversation. What breaks it off is told to `onBroken`; the answers until then count. */
export function beginConversation(
  begunWith: PaymentRecord,
  ask: Ask,
  onBroken: (error: unknown) => void,
): Conversation {
  const answers: ProviderAnswer[] = [];
  let ended = false;
  const end = askAll()
    .catch(onBroken)
    .finally(() => {
      ended = true;
    });
  return {
    begunWith,
    answers,
    end,
    get ended() {
      return ended;
    },
  };

  /** One step after the other, each once: an answer that leaves the same step open means "later". */
  async function askAll(): Promise<void> {
    const asked = new Set<ProviderStep>();
    let { payment } = begunWith;
    for (let step = openStep(payment); step && !asked.has(step); step = openStep(payment)) {
      asked.add(step);
      const answer = await ask(payment, step);
      answers.push(answer);
      payment = evolve(payment, answer);
    }
  }
}

/** Waits until all conversations have ended, or patience has. */
export async function untilEnded(
  conversations: readonly Conversation[],
  patienceMs: number,
): Promise<void> {
  if (conversations.length === 0) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, patienceMs);
  void Promise.all(conversations.map(({ end }) => end)).then(() => resolve());
  await promise;
  clearTimeout(timer);
}
