import type { DeadLetters } from "@waybill/messaging";
import type { Sql } from "@waybill/persistence";
import {
  type DeadLetterDecision,
  recordDecision,
  recordReplay,
} from "../db/deadLetterDecisions.ts";

export interface DeadLetterOffice {
  readonly db: Sql;
  readonly deadLetters: DeadLetters;
  readonly clock: () => Date;
}

/** Who decides about which dead letter, and why. */
export interface Deciding {
  readonly deadLetterId: string;
  readonly reason: string;
  readonly decidedBy: string;
}

/**
 * Publishes a dead letter again where it came from; answers its new sequence, undefined when it is not in the list. Recorded before, so that no
 * replay is without its record, and completed after: a replay that broke off is in the list still, and its record has no sequence.
 */
export async function replayDeadLetter(
  office: DeadLetterOffice,
  deciding: Deciding,
): Promise<bigint | undefined> {
  const { db, deadLetters } = office;
  const deadLetter = await record(office, deciding, "REPLAYED");
  if (deadLetter === undefined) return undefined;
  const sequence = await deadLetters.replay(deadLetter.id);
  if (sequence !== undefined) await recordReplay(db, deadLetter, sequence);
  return sequence;
}

/** Takes a dead letter off the list, recorded before. One that is not there was dealt with already. */
export async function discardDeadLetter(
  office: DeadLetterOffice,
  deciding: Deciding,
): Promise<void> {
  const deadLetter = await record(office, deciding, "DISCARDED");
  if (deadLetter !== undefined) await office.deadLetters.discard(deadLetter.id, deciding.reason);
}

async function record(
  { db, deadLetters, clock }: DeadLetterOffice,
  { deadLetterId, reason, decidedBy }: Deciding,
  decision: DeadLetterDecision["decision"],
): Promise<DeadLetterDecision["deadLetter"] | undefined> {
  const deadLetter = await deadLetters.get(deadLetterId);
  if (deadLetter === undefined) return undefined;
  await recordDecision(db, { deadLetter, decision, reason, decidedBy, decidedAt: clock() });
  return deadLetter;
}
