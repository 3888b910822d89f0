import type { BatchingPoint } from "@waybill/batching";
import type { Logger } from "@waybill/chassis";
import { ErrorReason } from "@waybill/contracts/errors";
import type { GetStatusResponse, StatusServiceImplementation } from "@waybill/contracts/status";
import { OrderState } from "@waybill/contracts/status";
import { callerOf, isOwn, onlyOwn, ownFilter } from "@waybill/identity";
import type { Database } from "@waybill/persistence";
import { coalesced, type Refusal, readPage, refuse, rules, toResult, validate } from "@waybill/rpc";
import { z } from "zod";
import { listStatuses, listTransitions } from "../db/statusLists.ts";
import type { Status } from "../domain/status.ts";
import { statusMessage, toState, transitionMessage } from "./mapping.ts";

const getRule = z.object({ orderId: rules.id });

const listRule = z.object({
  userId: rules.optionalId,
  state: rules.oneOf(Object.values(OrderState), "must be a state of an order, or absent"),
  placedAfter: rules.optionalTime,
  placedBefore: rules.optionalTime,
  pageSize: rules.pageSize,
  pageToken: rules.pageToken,
});

type ReadRpcs = Pick<
  StatusServiceImplementation,
  "getStatus" | "batchGetStatuses" | "listStatuses" | "listTransitions"
>;

/** The RPCs that read. */
export function readRpcs(
  db: Database,
  statuses: BatchingPoint<string, Status | undefined>,
  logger: Logger,
): ReadRpcs {
  const get = coalesced({
    point: statuses,
    logger,
    decode: ({ orderId }: { orderId: string }) => validate(getRule, { orderId }).orderId,
    encode: getResponse,
  });
  return {
    getStatus: get.one,
    batchGetStatuses: async ({ orderIds }, context) => {
      const requests = orderIds.map((orderId) => ({ orderId }));
      const results = await get.many(requests, context, "order_ids");
      return { results: results.map((result) => ({ result: toResult(result) })) };
    },
    listStatuses: async (request) => {
      const { pageSize, pageToken, ...asked } = validate(listRule, request);
      const filters = { ...asked, userId: ownFilter(asked.userId) };
      const { rows, nextPageToken } = await readPage({
        kind: "statuses",
        filters,
        pageSize,
        pageToken,
        read: (after, limit) =>
          listStatuses(db, { ...filters, state: toState(filters.state), after, limit }),
        keyForm: ["time", "id"],
        keyOf: (status) => [status.placedAt.toISOString(), status.orderId],
      });
      return { statuses: rows.map(statusMessage), nextPageToken };
    },
    listTransitions: async (request) => {
      const { orderId } = validate(getRule, request);
      await requireOwn(statuses, orderId);
      const transitions = await listTransitions(db, orderId, 0);
      if (transitions.length === 0) throw orderNotFound(orderId);
      return { transitions: transitions.map(transitionMessage) };
    },
  };
}

function getResponse(
  status: Status | undefined,
  { orderId }: { orderId: string },
): GetStatusResponse {
  if (status === undefined || !isOwn(status.userId)) throw orderNotFound(orderId);
  return { status: statusMessage(status) };
}

/** Only a customer's order needs to be looked at for whose it is. */
async function requireOwn(
  statuses: BatchingPoint<string, Status | undefined>,
  orderId: string,
): Promise<void> {
  if (onlyOwn(callerOf()) === undefined) return;
  const status = await statuses.submit(orderId);
  if (status === undefined || !isOwn(status.userId)) throw orderNotFound(orderId);
}

export function orderNotFound(orderId: string): Refusal {
  return refuse.notFound(ErrorReason.ORDER_NOT_FOUND, `There is no order ${orderId}.`, {
    order_id: orderId,
  });
}
