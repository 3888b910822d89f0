import type { Logger } from "@waybill/chassis";
import type { Database } from "@waybill/persistence";
import { countOperations } from "@waybill/tcc";
import type { PaymentRecord } from "../db/paymentRow.ts";
import { conclude, type Refused } from "../domain/decide.ts";
import { rounds, type Step } from "../domain/rounds.ts";
import { commitIntents, type Intent, type PaymentRequest } from "./commitIntents.ts";
import { type Conversation, untilEnded } from "./conversation.ts";
import type { LateRecorder } from "./lateAnswers.ts";
import type { ProviderDesk } from "./providerDesk.ts";
import type { RecordAnswers } from "./recordAnswers.ts";
import type { Settings } from "./settings.ts";

/** What became of an operation. */
export type Outcome =
  | { readonly kind: "done"; readonly record: PaymentRecord; readonly replayed: boolean }
  | (Refused & { readonly transactionId: string })
  /** The provider's answer is not known (yet). Asking again is safe, and the only way to learn it. */
  | { readonly kind: "unanswered"; readonly transactionId: string };

export interface OperateOptions {
  readonly db: Database;
  readonly desk: ProviderDesk;
  readonly record: RecordAnswers;
  readonly late: LateRecorder;
  readonly settings: Settings;
  readonly logger: Logger;
  readonly now: () => Date;
}

/**
 * Try, Confirm and Cancel, mixed, in the order of the batch. Every intent is committed before the provider is called, and
 * its answers are recorded in a second transaction. Elements that the provider does not answer in time do not hold up the
 * others: they are unanswered, and what the provider says later is recorded when it comes.
 */
export const operate =
  (options: OperateOptions) =>
  async (requests: readonly PaymentRequest[]): Promise<readonly Outcome[]> => {
    const outcomes: Outcome[] = new Array(requests.length);
    let patienceMs = options.settings.providerPatienceMs;
    for (const round of rounds(requests.map((request) => request.operation))) {
      const results = await operateRound(options, round, requests, patienceMs);
      round.forEach(({ positions }, index) => {
        const outcome = results[index] as Outcome;
        const [first, ...repeated] = positions;
        outcomes[first] = outcome;
        const again = outcome.kind === "done" ? { ...outcome, replayed: true } : outcome;
        for (const position of repeated) outcomes[position] = again;
      });
      patienceMs /= 2; // However often a batch names a transaction, it waits less than twice the patience.
    }
    const asked = requests.map(({ operation }) => operation);
    countOperations(asked, outcomes, options.logger);
    return outcomes;
  };

async function operateRound(
  { db, desk, record, late, settings, now }: OperateOptions,
  round: readonly Step[],
  requests: readonly PaymentRequest[],
  patienceMs: number,
): Promise<readonly Outcome[]> {
  const asked = round.map(({ positions: [first] }) => requests[first] as PaymentRequest);
  const intents = await commitIntents(db, asked, now(), settings);
  const conversations = desk.converse(intents.flatMap(toAsk));
  await untilEnded(conversations, patienceMs);
  const ended = conversations.filter((conversation) => conversation.ended);
  late.follow(conversations.filter((conversation) => !conversation.ended));
  const answered = ended.filter((conversation) => conversation.answers.length > 0);
  const records = await record(answered.map(toHeard), { late: false });
  return intents.map((intent, index) => {
    const { operation } = asked[index] as PaymentRequest;
    return outcomeOf(operation, intent, records.get(operation.transactionId));
  });
}

const toAsk = (intent: Intent): PaymentRecord[] => (intent.kind === "ask" ? [intent.record] : []);

const toHeard = ({ begunWith, answers }: Conversation) => ({
  transactionId: begunWith.payment.transactionId,
  answers,
});

function outcomeOf(
  operation: PaymentRequest["operation"],
  intent: Intent,
  record: PaymentRecord | undefined,
): Outcome {
  const { transactionId } = operation;
  if (intent.kind === "refused") return { ...intent, transactionId };
  if (intent.kind === "done") return intent;
  const known = record ?? intent.record;
  const verdict = conclude(operation, known.payment);
  if (verdict === undefined) return { kind: "unanswered", transactionId };
  return verdict.kind === "refused"
    ? { ...verdict, transactionId }
    : { kind: "done", record: known, replayed: verdict.replayed };
}
