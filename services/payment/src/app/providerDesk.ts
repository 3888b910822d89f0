import type { Logger } from "@waybill/chassis";
import type { PaymentRecord } from "../db/paymentRow.ts";
import type { PaymentProvider } from "../domain/provider.ts";
import { startDeadline } from "./callDeadline.ts";
import { type Ask, beginConversation, type Conversation } from "./conversation.ts";
import { inSpan, ProviderCalls } from "./providerCalls.ts";

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

/** Disposal gives up waiting: what is under way then is unknown, and asked again by whoever comes next. */
export function createProviderDesk(options: DeskOptions): ProviderDesk {
  const { provider, logger, timeoutMs, concurrency } = options;
  const calls = new ProviderCalls(provider, concurrency);
  const open = new Set<Promise<void>>();
  const closing = new AbortController();

  return {
    converse: (records) => {
      if (records.length === 0) return [];
      const deadline = startDeadline(timeoutMs, closing.signal);
      const broken: Broken[] = [];
      const conversations = records.map((record) => {
        const ask: Ask = (payment, step) =>
          inSpan(record.traceparent, step, () =>
            deadline.bound(calls.make(payment, step, deadline.signal)),
          );
        const { transactionId, state } = record.payment;
        return beginConversation(record, ask, (error) => {
          broken.push({ transactionId, state, error });
        });
      });
      const all = Promise.all(conversations.map(({ end }) => end)).then(() => {
        deadline.clear();
        open.delete(all);
        if (!closing.signal.aborted) report(broken, logger);
      });
      open.add(all);
      return conversations;
    },
    [Symbol.asyncDispose]: async () => {
      closing.abort(new Error("the process is shutting down"));
      await Promise.all(open);
    },
  };
}

interface Broken {
  readonly transactionId: string;
  readonly state: string;
  readonly error: unknown;
}

/** Payments in a log line; the count tells the rest. */
const maxReported = 3;

/** One line for all: a provider that is down breaks off every conversation. */
function report(broken: readonly Broken[], logger: Logger): void {
  if (broken.length === 0) return;
  const examples = broken.slice(0, maxReported).map(({ error, ...payment }) => ({
    ...payment,
    error: String(error),
  }));
  logger.warn({ payments: broken.length, examples }, "the provider's answers are not known");
}
