import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { contextOf, type Logger, sampledSpanContext, tracer } from "@waybill/chassis";
import type { PaymentRecord } from "../db/paymentRow.ts";
import { evolve, openStep, type ProviderStep } from "../domain/evolve.ts";
import { isFree, type Payment } from "../domain/payment.ts";
import type { PaymentProvider, ProviderAnswer } from "../domain/provider.ts";
import { CallSlots } from "./callSlots.ts";

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

/** The only place that calls the provider; never inside a database transaction. */
export interface ProviderDesk extends AsyncDisposable {
  /**
   * Asks the provider for what these payments leave open, all at once within the bounds. An intent must have been
   * committed before. What could not be learned is missing from the answers: it is unknown, and has to be asked again.
   */
  converse(records: readonly PaymentRecord[]): readonly Conversation[];
}

export interface DeskOptions {
  readonly provider: PaymentProvider;
  readonly logger: Logger;
  readonly timeoutMs: number;
  readonly concurrency: number;
}

/** Calls that wait for a slot at most: as many as a few full batches bring. */
const maxWaiting = 8_192;

/** A repeated call may find the first one hanging, so it is made beside it; a third one joins these two. */
const maxCallsPerKey = 2;

const spans = tracer("waybill.payment");

export function createProviderDesk({
  provider,
  logger,
  timeoutMs,
  concurrency,
}: DeskOptions): ProviderDesk {
  const slots = new CallSlots(concurrency, maxWaiting);
  const underWay = new Map<string, Promise<ProviderAnswer>[]>();
  const open = new Set<Conversation>();
  const closing = new AbortController();

  const ask = (payment: Payment, step: ProviderStep, signal: AbortSignal) => {
    const key = `${payment.transactionId}:${step}`;
    const running = underWay.get(key) ?? [];
    if (running.length >= maxCallsPerKey) return Promise.any(running);
    const call = slots.run(() => callProvider(provider, payment, step, key, signal), signal);
    running.push(call);
    underWay.set(key, running);
    const leave = () => {
      running.splice(running.indexOf(call), 1);
      if (running.length === 0) underWay.delete(key);
    };
    call.then(leave, leave);
    return call;
  };

  return {
    converse: (records) => {
      const deadline = startDeadline(timeoutMs, closing.signal);
      const conversations = records.map((record) => new OpenConversation(record));
      const ends = conversations.map((conversation) => {
        open.add(conversation);
        conversation.end = conversation
          .run((payment, step) =>
            deadline.bound(
              inSpan(conversation.begunWith, step, () => ask(payment, step, deadline.signal)),
            ),
          )
          .catch((error: unknown) => {
            const { transactionId, state } = conversation.begunWith.payment;
            logger.warn({ transactionId, state, error }, "the provider's answer is not known");
          })
          .finally(() => {
            conversation.ended = true;
            open.delete(conversation);
          });
        return conversation.end;
      });
      void Promise.all(ends).then(deadline.clear);
      return conversations;
    },
    [Symbol.asyncDispose]: async () => {
      closing.abort(new Error("the process is shutting down"));
      await Promise.all([...open].map((conversation) => conversation.end));
    },
  };
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

class OpenConversation implements Conversation {
  readonly begunWith: PaymentRecord;
  readonly answers: ProviderAnswer[] = [];
  ended = false;
  end: Promise<void> = Promise.resolve();

  constructor(begunWith: PaymentRecord) {
    this.begunWith = begunWith;
  }

  /** Asks one step after the other, each once: an answer that leaves the same step open is a "later". */
  async run(ask: (payment: Payment, step: ProviderStep) => Promise<ProviderAnswer>): Promise<void> {
    const asked = new Set<ProviderStep>();
    let { payment } = this.begunWith;
    for (let step = openStep(payment); step && !asked.has(step); step = openStep(payment)) {
      asked.add(step);
      const answer = await ask(payment, step);
      this.answers.push(answer);
      payment = evolve(payment, answer);
    }
  }
}

function callProvider(
  provider: PaymentProvider,
  payment: Payment,
  step: ProviderStep,
  key: string,
  signal: AbortSignal,
): Promise<ProviderAnswer> {
  if (payment.state === "BLOCKED" || isFree(payment.content)) {
    throw new Error(`nothing to ask the provider about ${payment.transactionId}`);
  }
  const { transactionId, content } = payment;
  const { userId, amount, paymentMethod } = content;
  const reference = ("reference" in payment ? payment.reference : undefined) ?? "";
  switch (step) {
    case "authorize":
      return provider.authorize({ key, transactionId, userId, amount, paymentMethod }, signal);
    case "capture":
      return provider.capture({ key, reference, amount }, signal);
    case "void":
      return provider.void({ key, reference }, signal);
    default:
      return step satisfies never;
  }
}

/** One deadline for many calls, kept also when the provider ignores its signal. */
function startDeadline(timeoutMs: number, closing: AbortSignal) {
  const controller = new AbortController();
  const { signal } = controller;
  const timer = setTimeout(() => {
    controller.abort(new DOMException(`no answer within ${timeoutMs} ms`, "TimeoutError"));
  }, timeoutMs);
  const onClosing = () => controller.abort(closing.reason);
  if (closing.aborted) onClosing();
  closing.addEventListener("abort", onClosing);
  const passed = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });
  passed.catch(() => {}); // Whoever waits hears of it by the race.
  return {
    signal,
    bound: <T>(call: Promise<T>): Promise<T> => Promise.race([call, passed]),
    clear: () => {
      clearTimeout(timer);
      closing.removeEventListener("abort", onClosing);
    },
  };
}

/** A span in the trace of the payment's Try, when that is sampled. */
function inSpan<T>(record: PaymentRecord, step: ProviderStep, call: () => Promise<T>): Promise<T> {
  const parent = contextOf(record.traceparent);
  if (sampledSpanContext(parent) === undefined) return call();
  return spans.startActiveSpan(
    `provider ${step}`,
    { kind: SpanKind.CLIENT },
    parent,
    async (span) => {
      try {
        return await call();
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR, message: String(error) });
        throw error;
      } finally {
        span.end();
      }
    },
  );
}
