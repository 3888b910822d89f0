import { createBatchingPoint } from "@waybill/batching";
import type { Logger } from "@waybill/chassis";
import { isTransient } from "@waybill/persistence";
import type { PaymentRecord } from "../db/paymentRow.ts";
import type { LateAnswers } from "../domain/provider.ts";
import type { Conversation } from "./conversation.ts";
import type { ProviderDesk } from "./providerDesk.ts";
import type { Heard, RecordAnswers } from "./recordAnswers.ts";

/** Everything that the provider says when nobody waits for it any more. */
export interface LateRecorder extends AsyncDisposable {
  /** Records what these conversations bring when they end. */
  follow(conversations: readonly Conversation[]): void;
  /** Records answers that came by themselves; what turns out to be authorised after its Cancel is voided at once. */
  readonly receive: LateAnswers;
}

export interface LateRecorderOptions {
  readonly record: RecordAnswers;
  readonly desk: ProviderDesk;
  readonly logger: Logger;
}

export function createLateRecorder({ record, desk, logger }: LateRecorderOptions): LateRecorder {
  const point = createBatchingPoint<Heard, PaymentRecord | undefined>({
    name: "payment.late",
    isTransient,
    handle: async (heard) => {
      const records = await record(heard, { late: true });
      return heard.map(({ transactionId }) => records.get(transactionId));
    },
  });
  const following = new Set<Promise<void>>();

  const follow = (conversations: readonly Conversation[]): void => {
    for (const conversation of conversations) {
      const followed = conclude(conversation).finally(() => following.delete(followed));
      following.add(followed);
    }
  };

  const conclude = async ({ begunWith, end, answers }: Conversation): Promise<void> => {
    const { transactionId, state } = begunWith.payment;
    try {
      await end;
      if (answers.length === 0) return;
      const record = await point.submit({ transactionId, answers });
      // Cancelled while it was being tried. A void that was asked for in vain is left to the settler.
      if (state !== "CANCELLING") voidAtOnce([record]);
    } catch (error) {
      // Nothing is lost: the state that was committed before the call has it asked for again.
      logger.warn({ transactionId, error }, "a late answer could not be recorded");
    }
  };

  const voidAtOnce = (records: readonly (PaymentRecord | undefined)[]): void => {
    const cancelling = records.filter((record) => record?.payment.state === "CANCELLING");
    follow(desk.converse(cancelling as PaymentRecord[]));
  };

  return {
    follow,
    receive: async (late) => {
      const results = await point.submitAll(
        late.map(({ transactionId, answer }) => ({ transactionId, answers: [answer] })),
      );
      const failed = results.find((result) => result.status === "rejected");
      if (failed) throw failed.reason;
      voidAtOnce(
        results.map((result) => (result.status === "fulfilled" ? result.value : undefined)),
      );
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(following);
      await point[Symbol.asyncDispose]();
    },
  };
}
