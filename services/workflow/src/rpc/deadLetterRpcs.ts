import { ErrorReason } from "@waybill/contracts/errors";
import { DeadLetter, type WorkflowServiceImplementation } from "@waybill/contracts/workflow";
import { type Caller, callerOf } from "@waybill/identity";
import {
  countFitting,
  decodePageToken,
  encodePageToken,
  maxAnswerBytes,
  readPage,
  refuse,
  validate,
} from "@waybill/rpc";
import { type DeadLetterOffice, discardDeadLetter, replayDeadLetter } from "../app/deadLetters.ts";
import { type DeadLetterDecision, readDecisions } from "../db/deadLetterDecisions.ts";
import { deadLetterMessage, decisionMessage } from "./mapping.ts";
import { discardRules, pageRules, replayRules } from "./rules.ts";

type DeadLetterRpcs = Pick<
  WorkflowServiceImplementation,
  "listDeadLetters" | "replayDeadLetter" | "discardDeadLetter" | "listDeadLetterDecisions"
>;

/** What could not be handled, and what was decided about it. */
export const deadLetterRpcs = (office: DeadLetterOffice): DeadLetterRpcs => ({
  listDeadLetters: async (request) => {
    const { pageSize: limit, pageToken } = validate(pageRules, request);
    const [after] = decodePageToken("dead-letters", {}, pageToken, ["sequence"]) ?? [];
    const query = { limit, maxBytes: maxAnswerBytes };
    const page = await office.deadLetters.list(after === undefined ? query : { ...query, after });
    const messages = page.deadLetters.map(deadLetterMessage);
    const deadLetters = messages.slice(0, countFitting(messages.map(sizeOf)));
    const isCut = deadLetters.length < messages.length;
    const next = isCut ? deadLetters.at(-1)?.deadLetterId : page.next;
    return {
      deadLetters,
      nextPageToken: next === undefined ? "" : encodePageToken("dead-letters", {}, [next]),
    };
  },

  replayDeadLetter: async (request) => {
    const { deadLetterId, reason } = validate(replayRules, request);
    const deciding = { deadLetterId, reason, decidedBy: inWords(callerOf()) };
    const sequence = await replayDeadLetter(office, deciding);
    if (sequence !== undefined) return { sequence };
    throw refuse.notFound(
      ErrorReason.DEAD_LETTER_NOT_FOUND,
      `There is no dead letter ${deadLetterId}; it may have been replayed or discarded`,
    );
  },

  discardDeadLetter: async (request) => {
    const { deadLetterId, reason } = validate(discardRules, request);
    await discardDeadLetter(office, { deadLetterId, reason, decidedBy: inWords(callerOf()) });
    return {};
  },

  listDeadLetterDecisions: async (request) => {
    const { pageSize, pageToken } = validate(pageRules, request);
    const { rows, nextPageToken } = await readPage<DeadLetterDecision>({
      kind: "dead-letter-decisions",
      filters: {},
      pageSize,
      pageToken,
      read: (after, limit) => readDecisions(office.db, after, limit),
      keyForm: ["time", "sequence"],
      keyOf: ({ decidedAt, deadLetter }) => [decidedAt.toISOString(), deadLetter.id],
    });
    return { decisions: rows.map(decisionMessage), nextPageToken };
  },
});

const sizeOf = (letter: DeadLetter): number => DeadLetter.encode(letter).finish().length;

function inWords(caller: Caller): string {
  if (caller.kind === "user") return `USER ${caller.userId}`;
  return caller.kind === "service" ? `SERVICE ${caller.name}` : "ANONYMOUS";
}
