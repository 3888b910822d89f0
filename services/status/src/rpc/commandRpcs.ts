import type { BatchingPoint } from "@waybill/batching";
import { type Logger, namedTraceparent } from "@waybill/chassis";
import type {
  CreateStatusRequest,
  CreateStatusResponse,
  MarkTriedRequest,
  MarkTriedResponse,
  StatusServiceImplementation,
  UpdateStatusRequest,
  UpdateStatusResponse,
} from "@waybill/contracts/status";
import { OrderState, ReservationMode } from "@waybill/contracts/status";
import { coalesced, rules, toResult, validate } from "@waybill/rpc";
import { z } from "zod";
import type { Command, Verdict } from "../domain/status.ts";
import { statusMessage, toActorKind, toState } from "./mapping.ts";
import { StatusRefusal } from "./statusRefusal.ts";

const maxReasonLength = 200;

const createRule = z.object({
  orderId: rules.id,
  userId: rules.id,
  total: rules.money.optional(),
  reservationMode: rules.oneOf(Object.values(ReservationMode), "must be a ReservationMode"),
  placedAt: rules.optionalTime,
  expiresAt: rules.optionalTime,
});

const stateRule = z
  .number()
  .refine((state) => toState(state) !== undefined, "must be a state of an order");

const triedRule = z.object({ total: rules.money.optional() });

const moveRule = z
  .object({
    orderId: rules.id,
    expectedState: stateRule,
    newState: stateRule,
    reason: rules.text(maxReasonLength),
    actor: z.object(
      {
        kind: z
          .number()
          .refine((kind) => toActorKind(kind) !== undefined, "must be a kind of actor"),
        id: rules.id,
      },
      "must be given",
    ),
    tried: triedRule.optional(),
  })
  .refine(({ tried, newState }) => tried === undefined || newState === OrderState.CONFIRMED, {
    path: ["tried"],
    message: "must be absent unless new_state is CONFIRMED",
  });

const markRule = triedRule.extend({ orderId: rules.id });

type CommandRpcs = Pick<
  StatusServiceImplementation,
  | "createStatus"
  | "batchCreateStatuses"
  | "updateStatus"
  | "batchUpdateStatuses"
  | "markTried"
  | "batchMarkTried"
>;

/** The RPCs that write: all through one batching point, so that commands of one order keep their order. */
export function commandRpcs(point: BatchingPoint<Command, Verdict>, logger: Logger): CommandRpcs {
  const create = coalesced({ point, logger, decode: toCreate, encode: createResponse });
  const move = coalesced({ point, logger, decode: toMove, encode: updateResponse });
  const mark = coalesced({ point, logger, decode: toMarkTried, encode: createResponse });
  return {
    createStatus: create.one,
    batchCreateStatuses: async ({ requests }, context) => {
      const results = await create.many(requests, context);
      return { results: results.map((result) => ({ result: toResult(result) })) };
    },
    updateStatus: move.one,
    batchUpdateStatuses: async ({ requests }, context) => {
      const results = await move.many(requests, context);
      return {
        results: results.map((result) => ({
          result: toResult(result),
          current: "ok" in result ? result.ok.status : currentOf(result.error),
        })),
      };
    },
    markTried: mark.one,
    batchMarkTried: async ({ requests }, context) => {
      const results = await mark.many(requests, context);
      return { results: results.map((result) => ({ result: toResult(result) })) };
    },
  };
}

function toCreate(request: CreateStatusRequest): Command {
  const { reservationMode, ...content } = validate(createRule, request);
  return {
    kind: "create",
    ...content,
    total: content.total,
    placedAt: content.placedAt,
    expiresAt: content.expiresAt,
    reservationMode: reservationMode === ReservationMode.DEFERRED ? "DEFERRED" : "HELD",
    traceparent: namedTraceparent(request.traceparent),
  };
}

function toMove(request: UpdateStatusRequest): Command {
  const { orderId, expectedState, newState, reason, actor, tried } = validate(moveRule, request);
  const from = toState(expectedState);
  const to = toState(newState);
  const kind = toActorKind(actor.kind);
  if (from === undefined || to === undefined || kind === undefined) {
    throw new Error("a validated request with an unknown state or actor");
  }
  return {
    kind: "move",
    orderId,
    from,
    to,
    reason,
    actor: { kind, id: actor.id },
    traceparent: namedTraceparent(request.traceparent),
    tried: tried && { total: tried.total },
  };
}

function toMarkTried(request: MarkTriedRequest): Command {
  const { orderId, total } = validate(markRule, request);
  const traceparent = namedTraceparent(request.traceparent);
  return { kind: "markTried", orderId, total, traceparent };
}

function createResponse(verdict: Verdict): CreateStatusResponse & MarkTriedResponse {
  if (verdict.kind === "refused") throw new StatusRefusal(verdict);
  return { status: statusMessage(verdict.status) };
}

function updateResponse(verdict: Verdict): UpdateStatusResponse {
  if (verdict.kind === "refused") throw new StatusRefusal(verdict);
  return { status: statusMessage(verdict.status), replayed: verdict.kind === "replayed" };
}

function currentOf(error: unknown) {
  return error instanceof StatusRefusal ? error.current : undefined;
}
