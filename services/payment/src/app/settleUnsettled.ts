import type { Database } from "@waybill/persistence";
import { claimUnsettled } from "../db/duePayments.ts";
import type { ProviderDesk } from "./providerDesk.ts";
import type { RecordAnswers } from "./recordAnswers.ts";

/** Payments settled in one go. */
const maxSettled = 256;

export interface SettleOptions {
  readonly db: Database;
  readonly desk: ProviderDesk;
  readonly record: RecordAnswers;
  readonly now: () => Date;
}

/**
 * Finishes what was left CONFIRMING or CANCELLING, although nobody may ever ask again: its process died, or the provider
 * did not answer. For a background loop; safe on several replicas at once.
 */
export const settleUnsettled =
  ({ db, desk, record, now }: SettleOptions) =>
  async (): Promise<{ again: boolean }> => {
    const claimed = await claimUnsettled(db, now(), maxSettled);
    const conversations = desk.converse(claimed);
    await Promise.all(conversations.map(({ end }) => end));
    const heard = conversations
      .filter(({ answers }) => answers.length > 0)
      .map(({ begunWith, answers }) => ({
        transactionId: begunWith.payment.transactionId,
        answers,
      }));
    await record(heard, { late: true });
    return { again: claimed.length === maxSettled };
  };
