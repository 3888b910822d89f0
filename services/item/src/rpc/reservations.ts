import type { Logger } from "@waybill/chassis";
import { ErrorReason } from "@waybill/contracts/errors";
import type { ItemServiceImplementation, TryReservationRequest } from "@waybill/contracts/item";
import { coalesced, refuse, toResult, validate } from "@waybill/rpc";
import type { TryOperation } from "@waybill/tcc";
import type { ItemApp } from "../app/itemApp.ts";
import { tryOperation } from "../app/tryOperation.ts";
import { maxQuantity, mergeLines } from "../domain/lines.ts";
import type {
  ReservationOperation,
  ReservationOutcome,
  ReservationRequest,
} from "../domain/reservation.ts";
import { succeeded, toReservationMessage } from "./encoding.ts";
import { transactionSchema, tryReservationSchema } from "./schemas.ts";

type Handlers = Pick<
  ItemServiceImplementation,
  | "tryReservation"
  | "batchTryReservations"
  | "confirmReservation"
  | "batchConfirmReservations"
  | "cancelReservation"
  | "batchCancelReservations"
  | "getReservation"
>;

/** The TCC participant. All three operations, single and in batches, meet in the app's one batching point. */
export function reservationHandlers(app: ItemApp, logger: Logger): Handlers {
  const point = app.reservations;
  const tries = coalesced({ point, logger, decode: decodeTry, encode: encodeTry });
  const confirms = coalesced({
    point,
    logger,
    decode: decodeDecision("confirm"),
    encode: encodeDecision,
  });
  const cancels = coalesced({
    point,
    logger,
    decode: decodeDecision("cancel"),
    encode: encodeDecision,
  });
  return {
    tryReservation: (request, call) => tries.one(request, call),
    confirmReservation: (request, call) => confirms.one(request, call),
    cancelReservation: (request, call) => cancels.one(request, call),
    batchTryReservations: async ({ requests }, call) => ({
      results: (await tries.many(requests, call)).map((result) => ({ result: toResult(result) })),
    }),
    batchConfirmReservations: async ({ requests }, call) => ({
      results: (await confirms.many(requests, call)).map((result) => ({
        result: toResult(result),
      })),
    }),
    batchCancelReservations: async ({ requests }, call) => ({
      results: (await cancels.many(requests, call)).map((result) => ({ result: toResult(result) })),
    }),
    getReservation: async (request) => {
      const { transactionId } = validate(transactionSchema, request);
      const reservation = await app.findReservation(transactionId);
      if (reservation !== undefined) return { reservation: toReservationMessage(reservation) };
      throw refuse.notFound(
        ErrorReason.RESERVATION_NOT_FOUND,
        `There is no reservation of transaction ${transactionId}.`,
      );
    },
  };
}

function decodeTry(request: TryReservationRequest): TryOperation<ReservationRequest> {
  const { transactionId, userId, lines } = validate(tryReservationSchema, request);
  const merged = mergeLines(lines);
  if (merged.kind === "merged") return tryOperation(transactionId, { userId, lines: merged.lines });
  throw refuse.invalid(
    merged.lines.map((line) => ({
      field: `lines[${line.position}].quantity`,
      description: `all lines of an item together must be at most ${maxQuantity}; given: ${line.quantity}`,
    })),
  );
}

const decodeDecision =
  (kind: "confirm" | "cancel") =>
  (request: { transactionId: string }): ReservationOperation => ({
    kind,
    transactionId: validate(transactionSchema, request).transactionId,
  });

function encodeTry(outcome: ReservationOutcome) {
  const { row, replayed } = succeeded(outcome);
  return { reservation: toReservationMessage(row), replayed };
}

function encodeDecision(outcome: ReservationOutcome) {
  return { replayed: succeeded(outcome).replayed };
}
