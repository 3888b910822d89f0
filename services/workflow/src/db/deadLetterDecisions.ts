import type { DeadLetter } from "@waybill/messaging";
import { type Sql, sql } from "@waybill/persistence";
import { storable } from "./storable.ts";

/** What somebody decided about a dead letter, which is not in the list any more. */
export interface DeadLetterDecision {
  readonly deadLetter: Omit<DeadLetter, "payload">;
  readonly decision: "REPLAYED" | "DISCARDED";
  /** Why; may be empty for a replay. */
  readonly reason: string;
  /** Who, such as "USER admin" or "SERVICE operator". */
  readonly decidedBy: string;
  readonly decidedAt: Date;
  /** Its new sequence in the stream that it came from; undefined for one that was discarded, or whose replay was not finished. */
  readonly replayedAs: bigint | undefined;
}

interface DecisionRow {
  readonly dead_letter_id: string;
  readonly dead_at: Date;
  readonly decision: DeadLetterDecision["decision"];
  readonly reason: string;
  readonly decided_by: string;
  readonly decided_at: Date;
  readonly consumer: string;
  readonly dead_reason: string;
  readonly error: string;
  readonly subject: string;
  readonly stream: string;
  readonly sequence: bigint;
  readonly event_id: string;
  readonly event_type: string;
  readonly replayed_as: bigint | null;
}

const insertStatement = sql(
  "workflow_decide_dead_letter",
  `insert into dead_letter_decisions (dead_letter_id, dead_at, decision, reason, decided_by, decided_at, consumer,
     dead_reason, error, subject, stream, sequence, event_id, event_type)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) on conflict do nothing`,
);

/** Records a decision; the first one of its kind about this dead letter stands. */
export async function recordDecision(
  db: Sql,
  decision: Omit<DeadLetterDecision, "replayedAs">,
): Promise<void> {
  const { deadLetter: letter } = decision;
  await db.run(insertStatement, [
    ...[letter.id, letter.deadAt, decision.decision, decision.reason, decision.decidedBy],
    ...[decision.decidedAt, letter.consumer, letter.reason, storable(letter.error)],
    ...[letter.subject, letter.stream, letter.sequence],
    ...[storable(letter.eventId), storable(letter.eventType)],
  ]);
}

const replayedStatement = sql(
  "workflow_replayed_dead_letter",
  `update dead_letter_decisions set replayed_as = $3
   where dead_letter_id = $1 and dead_at = $2 and decision = 'REPLAYED'`,
);

/** Records where a dead letter was published again. */
export async function recordReplay(
  db: Sql,
  { id, deadAt }: Pick<DeadLetter, "id" | "deadAt">,
  sequence: bigint,
): Promise<void> {
  await db.run(replayedStatement, [id, deadAt, sequence]);
}

const listStatement = sql(
  "workflow_dead_letter_decisions",
  `select * from dead_letter_decisions where (decided_at, dead_letter_id) < ($1, $2)
   order by decided_at desc, dead_letter_id desc limit $3`,
);

/** At most `limit` decisions, the latest first, after the key [decided_at, dead_letter_id]. */
export async function readDecisions(
  db: Sql,
  [decidedAt, deadLetterId]: readonly string[] = ["infinity", ""],
  limit: number,
): Promise<readonly DeadLetterDecision[]> {
  const rows = await db.rows<DecisionRow>(listStatement, [decidedAt, deadLetterId, limit]);
  return rows.map(toDecision);
}

const toDecision = (row: DecisionRow): DeadLetterDecision => ({
  deadLetter: {
    id: row.dead_letter_id,
    deadAt: row.dead_at,
    consumer: row.consumer,
    reason: row.dead_reason,
    error: row.error,
    subject: row.subject,
    stream: row.stream,
    sequence: row.sequence,
    eventId: row.event_id,
    eventType: row.event_type,
  },
  decision: row.decision,
  reason: row.reason,
  decidedBy: row.decided_by,
  decidedAt: row.decided_at,
  replayedAs: row.replayed_as ?? undefined,
});
