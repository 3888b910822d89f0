import type { Database } from "@waybill/persistence";
import { claimUnsettled } from "../db/duePayments.ts";
import { untilEnded } from "./conversation.ts";
import type { LateRecorder } from "./lateAnswers.ts";
import type { ProviderDesk } from "./providerDesk.ts";

/** Payments taken up in one go. */
const maxSettled = 256;

export interface SettleOptions {
  readonly db: Database;
  readonly desk: ProviderDesk;
  readonly late: LateRecorder;
  readonly patienceMs: number;
  readonly now: () => Date;
}

/**
 * Takes up what was left CONFIRMING or CANCELLING, although nobody may ever ask again: its process died, or the provider
 * did not answer. For a background loop; safe on several replicas at once.
 */
export const settleUnsettled =
  ({ db, desk, late, patienceMs, now }: SettleOptions) =>
  async (): Promise<{ again: boolean }> => {
    const claimed = await claimUnsettled(db, now(), maxSettled);
    const conversations = desk.converse(claimed);
    late.follow(conversations);
    await untilEnded(conversations, patienceMs);
    return { again: claimed.length === maxSettled };
  };
