import { ErrorReason } from "@waybill/contracts/errors";
import type {
  OrderEvent,
  StatusServiceImplementation,
  Transition as TransitionMessage,
  WatchStatusesResponse,
} from "@waybill/contracts/status";
import { callerOf, isOwn, onlyOwn } from "@waybill/identity";
import { PositionGoneError } from "@waybill/messaging";
import { refuse, rules, validate } from "@waybill/rpc";
import { z } from "zod";
import { StreamAwayError, type Watched } from "../app/watchAll.ts";
import { isTerminal } from "../domain/lifecycle.ts";
import type { Status, Transition } from "../domain/status.ts";
import { transitionMessage } from "./mapping.ts";
import { orderNotFound } from "./readRpcs.ts";

/** What the handler calls. */
export interface WatchApp {
  statusOf(orderId: string): Promise<Status | undefined>;
  watchOrder(orderId: string, after: number, signal: AbortSignal): AsyncGenerator<Transition>;
  watchAll(after: string | undefined, signal: AbortSignal): AsyncGenerator<Watched>;
}

const maxPositionLength = 200;

const watchRule = z
  .object({
    orderId: rules.optionalId,
    afterVersion: rules.integer(0, 2 ** 31 - 1),
    afterPosition: rules.text(maxPositionLength),
  })
  .superRefine(({ orderId, afterVersion, afterPosition }, check) => {
    if (orderId === "" && afterVersion > 0) {
      const message = "is for one order: give order_id too, or after_position instead";
      check.addIssue({ code: "custom", path: ["afterVersion"], message });
    }
    if (orderId !== "" && afterPosition !== "") {
      const message = "is for all orders: leave order_id out, or give after_version instead";
      check.addIssue({ code: "custom", path: ["afterPosition"], message });
    }
  });

/** WatchStatuses: one order from the journal, or all orders from the stream. `shutdown` ends every stream. */
export const watchRpc = (
  app: WatchApp,
  shutdown: AbortSignal,
): Pick<StatusServiceImplementation, "watchStatuses"> => ({
  watchStatuses: async function* (request, context) {
    const { orderId, afterVersion, afterPosition } = validate(watchRule, request);
    if (orderId === "" && onlyOwn(callerOf()) !== undefined) throw notForCustomers();
    const signal = AbortSignal.any([context.signal, shutdown]);
    try {
      if (orderId === "") yield* allOrders(app, afterPosition || undefined, signal);
      else yield* oneOrder(app, orderId, afterVersion, signal);
    } catch (error) {
      if (error instanceof PositionGoneError) throw positionGone("after_position");
      if (error instanceof StreamAwayError) throw streamAway();
      if (shutdown.aborted && !context.signal.aborted) throw shuttingDown();
      throw error;
    }
  },
});

async function* oneOrder(
  app: WatchApp,
  orderId: string,
  afterVersion: number,
  signal: AbortSignal,
): AsyncGenerator<WatchStatusesResponse> {
  const status = await app.statusOf(orderId);
  if (status === undefined || !isOwn(status.userId)) throw orderNotFound(orderId);
  if (status.version < afterVersion) throw positionGone("after_version");
  if (isTerminal(status.state) && status.version === afterVersion) return;
  for await (const transition of app.watchOrder(orderId, afterVersion, signal)) {
    yield { transition: transitionMessage(transition), position: "" };
  }
}

async function* allOrders(
  app: WatchApp,
  after: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<WatchStatusesResponse> {
  for await (const { event, traceparent, position } of app.watchAll(after, signal)) {
    yield { transition: event && transitionOf(event, traceparent), position };
  }
}

function transitionOf(event: OrderEvent, traceparent: string): TransitionMessage {
  const { orderId, version, from, to, reason, actor, occurredAt } = event;
  return { orderId, version, from, to, reason, actor, occurredAt, traceparent };
}

function notForCustomers() {
  return refuse.permissionDenied(
    ErrorReason.NOT_ALLOWED,
    "Customers watch their own orders: give order_id.",
    { field: "order_id" },
  );
}

function positionGone(field: "after_position" | "after_version") {
  return refuse.outOfRange(
    ErrorReason.POSITION_GONE,
    `There is no such position, now or any more. Watch again without ${field}.`,
    { field },
  );
}

function streamAway() {
  return refuse.unavailable(
    ErrorReason.CALLEE_UNAVAILABLE,
    "The stream of all orders cannot be read at the moment. Watch again from the last position.",
    1_000,
    { callee: "nats" },
  );
}

function shuttingDown() {
  return refuse.unavailable(
    ErrorReason.SHUTTING_DOWN,
    "This replica is shutting down. Watch again from the last position.",
    0,
  );
}
