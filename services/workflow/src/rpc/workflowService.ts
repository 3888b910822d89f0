import { ErrorReason } from "@waybill/contracts/errors";
import type { WorkflowServiceImplementation } from "@waybill/contracts/workflow";
import type { DeadLetters } from "@waybill/messaging";
import { decodePageToken, encodePageToken, readPage, refuse, validate } from "@waybill/rpc";
import { listProcesses, retryProcess } from "../app/administration.ts";
import type { Workflow } from "../app/ports.ts";
import type { Process } from "../domain/process.ts";
import { deadLetterMessage, processMessage, toProcessState, toStep } from "./mapping.ts";
import { discardRules, listProcessesRules, pageRules, replayRules, retryRules } from "./rules.ts";

/** What people ask the workflow: what waits or is stuck, and what could not be read. */
export const workflowService = (
  workflow: Workflow,
  deadLetters: DeadLetters,
): WorkflowServiceImplementation => ({
  listProcesses: async (request) => {
    const { state, step, pageSize, pageToken } = validate(listProcessesRules, request);
    const filter = { state: toProcessState(state), step: toStep(step) };
    const { rows, nextPageToken } = await readPage<Process>({
      kind: "processes",
      filters: filter,
      pageSize,
      pageToken,
      read: (after, limit) => listProcesses(workflow, filter, positionOf(after), limit),
      keyOf: ({ since, order }) => [since.toISOString(), order.orderId],
    });
    return { processes: rows.map(processMessage), nextPageToken };
  },

  retryProcess: async (request) => {
    const { orderId } = validate(retryRules, request);
    const process = await retryProcess(workflow, orderId);
    if (process !== undefined) return { process: processMessage(process) };
    throw refuse.notFound(
      ErrorReason.PROCESS_NOT_FOUND,
      `The order ${orderId} waits for nothing here`,
    );
  },

  listDeadLetters: async (request) => {
    const { pageSize: limit, pageToken } = validate(pageRules, request);
    const [after] = decodePageToken("dead-letters", {}, pageToken) ?? [];
    const page = await deadLetters.list(after === undefined ? { limit } : { limit, after });
    const { next } = page;
    return {
      deadLetters: page.deadLetters.map(deadLetterMessage),
      nextPageToken: next === undefined ? "" : encodePageToken("dead-letters", {}, [next]),
    };
  },

  replayDeadLetter: async (request) => {
    const { deadLetterId } = validate(replayRules, request);
    const sequence = await deadLetters.replay(deadLetterId);
    if (sequence !== undefined) return { sequence };
    throw refuse.notFound(
      ErrorReason.DEAD_LETTER_NOT_FOUND,
      `There is no dead letter ${deadLetterId}; it may have been replayed or discarded`,
    );
  },

  discardDeadLetter: async (request) => {
    const { deadLetterId, reason } = validate(discardRules, request);
    await deadLetters.discard(deadLetterId, reason);
    return {};
  },
});

function positionOf(after: readonly string[] | undefined) {
  const [since = "", orderId = ""] = after ?? [];
  return after === undefined ? undefined : { since: new Date(since), orderId };
}
