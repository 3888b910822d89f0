import { ErrorReason } from "@waybill/contracts/errors";
import { ordersStream, paymentsStream } from "@waybill/contracts/events";
import type { WorkflowServiceImplementation } from "@waybill/contracts/workflow";
import type { ConsumerState, Messaging } from "@waybill/messaging";
import { readPage, refuse, validate } from "@waybill/rpc";
import { listProcesses, retryProcess } from "../app/administration.ts";
import type { Workflow } from "../app/ports.ts";
import type { Process } from "../domain/process.ts";
import { deadLetterRpcs } from "./deadLetterRpcs.ts";
import { processMessage, toProcessState, toStep } from "./mapping.ts";
import { listProcessesRules, retryRules } from "./rules.ts";

/** What people ask the workflow: what waits or is stuck, and what could not be read. */
export const workflowService = (
  workflow: Workflow,
  messaging: Pick<Messaging, "deadLetters" | "consumers">,
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
      keyForm: ["time", "id"],
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

  listConsumers: async () => {
    const streams = [ordersStream, paymentsStream];
    const consumers = (await Promise.all(streams.map(messaging.consumers))).flat();
    return { consumers: consumers.map(consumerMessage) };
  },

  ...deadLetterRpcs({
    db: workflow.db,
    deadLetters: messaging.deadLetters,
    clock: workflow.clock,
  }),
});

const consumerMessage = ({ pending, unacknowledged, redelivered, ...rest }: ConsumerState) => ({
  ...rest,
  pending: BigInt(pending),
  unacknowledged: BigInt(unacknowledged),
  redelivered: BigInt(redelivered),
});

function positionOf(after: readonly string[] | undefined) {
  const [since = "", orderId = ""] = after ?? [];
  return after === undefined ? undefined : { since: new Date(since), orderId };
}
