import { backoff } from "@waybill/chassis";
import { ordersStream, paymentsStream } from "@waybill/contracts/events";
import { ItemServiceDefinition } from "@waybill/contracts/item";
import { OrderServiceDefinition } from "@waybill/contracts/order";
import { PaymentServiceDefinition } from "@waybill/contracts/payment";
import { OrderState, StatusServiceDefinition } from "@waybill/contracts/status";
import { UserServiceDefinition } from "@waybill/contracts/user";
import { moveOrders } from "@waybill/fulfilment";
import {
  deliverOrders,
  sweep as sweepDeliveries,
} from "../../../../services/delivery/src/app/deliverOrders.ts";
import { onShipped } from "../../../../services/delivery/src/events/onShipped.ts";
import { itemApp } from "../../../../services/item/src/app/itemApp.ts";
import { itemService } from "../../../../services/item/src/rpc/itemService.ts";
import { orderApp } from "../../../../services/order/src/app/orderApp.ts";
import { orderService } from "../../../../services/order/src/rpc/orderService.ts";
import { createPaymentApp } from "../../../../services/payment/src/app/paymentApp.ts";
import { paymentJournal } from "../../../../services/payment/src/db/events.ts";
import { toOutgoingEvent as toPaymentEvent } from "../../../../services/payment/src/events/paymentEvents.ts";
import { paymentService } from "../../../../services/payment/src/rpc/paymentService.ts";
import {
  shipOrders,
  sweep as sweepShipments,
} from "../../../../services/shipping/src/app/shipOrders.ts";
import { simulatedCarrier } from "../../../../services/shipping/src/domain/carrier.ts";
import { onProcessing } from "../../../../services/shipping/src/events/onProcessing.ts";
import { statusApp } from "../../../../services/status/src/app/statusApp.ts";
import {
  journalRowOf,
  toOutgoingEvent,
  transitionJournal,
} from "../../../../services/status/src/events/journal.ts";
import { publishPending } from "../../../../services/status/src/events/publishPending.ts";
import { reannounce } from "../../../../services/status/src/events/reannounce.ts";
import { statusService } from "../../../../services/status/src/rpc/statusService.ts";
import { handleNews } from "../../../../services/workflow/src/app/handleNews.ts";
import { handleNudges } from "../../../../services/workflow/src/app/handleNudges.ts";
import { type BeginLoop, startTimers } from "../../../../services/workflow/src/app/timers.ts";
import { onOrders } from "../../../../services/workflow/src/events/onOrders.ts";
import { onPayments } from "../../../../services/workflow/src/events/onPayments.ts";
import type { Definition } from "../network/calls.ts";
import { consume, type MessagingParts, relayOf } from "../network/messaging.ts";
import type { Boot, Handlers, Running } from "./process.ts";
import type { Provider } from "./provider.ts";
import { paymentMethods, periods } from "./settings.ts";

/** What the services are wired with, as their main.ts files do it. */
export interface Wiring {
  readonly messaging: MessagingParts;
  readonly provider: Provider;
  readonly cancellationWindowMs: number;
  /** Of all batching points but payment's. */
  readonly batches: { readonly maxBatchSize: number; readonly lanes: number };
  client<Client>(running: Running, callee: string, definition: Definition): Client;
}

/** How each service is begun. The wiring mirrors services/<name>/src/main.ts, with shorter periods. */
export const servicesOf = (wiring: Wiring): Readonly<Record<string, Boot>> => ({
  order: bootOrder(wiring),
  status: bootStatus(wiring),
  item: bootItem(wiring),
  payment: bootPayment(wiring),
  workflow: bootWorkflow(wiring),
  shipping: bootShipping(wiring),
  delivery: bootDelivery(wiring),
});

const handlersOf = (implementation: object): Handlers => implementation as Handlers;

const bootOrder =
  ({ client, batches }: Wiring): Boot =>
  (running) => {
    const app = orderApp({
      db: running.db,
      users: client(running, "user", UserServiceDefinition),
      items: client(running, "item", ItemServiceDefinition),
      statuses: client(running, "status", StatusServiceDefinition),
      fallback: "defer",
      ...batches,
      logger: running.logger,
    });
    running.background("announcing", periods.lookMs, app.announceLeftOver);
    return handlersOf(orderService(app, paymentMethods, running.logger));
  };

const bootStatus =
  ({ messaging, batches }: Wiring): Boot =>
  (running) => {
    const { db, owner, logger } = running;
    const relay = relayOf(messaging, owner, {
      stream: ordersStream,
      journal: transitionJournal(db),
      db,
      toEvent: toOutgoingEvent,
      sweepMs: periods.lookMs,
    });
    const app = statusApp({
      db,
      messaging: undefined as never, // Only watchers of all orders read the stream.
      publish: (changes) => relay.publish(changes.map(journalRowOf)),
      publishPending: publishPending(db, (rows) => relay.publish(rows)),
      patienceMs: periods.patienceMs,
      ...batches,
    });
    const again = reannounce(db, periods.patienceMs, (rows) => relay.publish(rows));
    running.background("announcing again", periods.lookMs, async () =>
      messaging.nats.isUp ? await again() : undefined,
    );
    return handlersOf(statusService(app, logger, new AbortController().signal));
  };

const bootItem =
  ({ client, batches }: Wiring): Boot =>
  (running) => {
    const app = itemApp({
      db: running.db,
      logger: running.logger,
      now: () => new Date(),
      holdExpiryMs: periods.holdExpiryMs,
      ...batches,
      status: client(running, "status", StatusServiceDefinition),
      order: client(running, "order", OrderServiceDefinition),
    });
    running.background("the reaper", periods.lookMs, async (signal) => {
      await app.resolveExpiredHolds(signal);
    });
    return handlersOf(itemService(app, running.logger));
  };

const bootPayment =
  ({ client, messaging, provider }: Wiring): Boot =>
  (running) => {
    const { db, owner, logger } = running;
    const relay = relayOf(messaging, owner, {
      stream: paymentsStream,
      journal: paymentJournal(db),
      db,
      toEvent: toPaymentEvent,
      sweepMs: periods.lookMs,
    });
    const app = createPaymentApp({
      db,
      provider: provider.clientOf(owner),
      publish: (rows) => relay.publish(rows),
      logger,
      settings: periods.payment,
    });
    const sources = {
      status: client<never>(running, "status", StatusServiceDefinition),
      order: client<never>(running, "order", OrderServiceDefinition),
    };
    running.background("webhooks", periods.lookMs / 2, () => provider.callBack(app.receive));
    running.background("the settler", periods.lookMs, () => app.settle());
    running.background("the reaper", periods.lookMs, async (signal) => {
      await app.resolveExpired(sources, signal);
    });
    return handlersOf(paymentService(app, logger));
  };

const bootWorkflow =
  ({ client, messaging, cancellationWindowMs }: Wiring): Boot =>
  (running) => {
    const begin: BeginLoop = (name, _intervalMs, run) =>
      running.background(name, periods.lookMs, run);
    const workflow = startTimers(
      {
        db: running.db,
        logger: running.logger,
        clock: () => new Date(),
        decisions: { cancellationWindowMs, decideByMs: periods.decideByMs },
        retries: {
          delayMs: (attempts) => backoff(attempts - 1, periods.retry),
          refusedDelayMs: () => backoff(0, { ...periods.retry, firstMs: periods.retry.capMs }),
          stuckAfterMs: periods.stuckAfterMs,
        },
        callees: {
          order: client(running, "order", OrderServiceDefinition),
          item: client(running, "item", ItemServiceDefinition),
          payment: client(running, "payment", PaymentServiceDefinition),
          status: client(running, "status", StatusServiceDefinition),
        },
      },
      { batchSize: 64, leaseMs: periods.leaseMs },
      begin,
    );
    const size = { maxBatch: 64, lanes: 2 };
    const { owner } = running;
    consume(
      messaging,
      owner,
      onOrders((news) => handleNews(workflow, news), size),
    );
    consume(
      messaging,
      owner,
      onPayments((nudges) => handleNudges(workflow, nudges), size),
    );
    return {};
  };

type Move = Pick<Parameters<typeof moveOrders>[0], "from" | "to" | "service">;

/** Moves orders in status, as shipping and delivery do. */
const mover = ({ client }: Wiring, running: Running, move: Move) =>
  moveOrders({
    statuses: client(running, "status", StatusServiceDefinition),
    logger: running.logger,
    ...move,
  });

const bootShipping =
  (wiring: Wiring): Boot =>
  (running) => {
    const { messaging } = wiring;
    const { PROCESSING: from, SHIPPED: to } = OrderState;
    const parts = {
      db: running.db,
      carrier: simulatedCarrier,
      logger: running.logger,
      moveOrders: mover(wiring, running, { from, to, service: "shipping" }),
    };
    consume(messaging, running.owner, onProcessing(shipOrders(parts)));
    running.background("moving orders left over", periods.lookMs, sweepShipments(parts));
    return {};
  };

const bootDelivery =
  (wiring: Wiring): Boot =>
  (running) => {
    const { messaging } = wiring;
    const { SHIPPED: from, DELIVERED: to } = OrderState;
    const parts = {
      db: running.db,
      transitMs: periods.transitMs,
      logger: running.logger,
      moveOrders: mover(wiring, running, { from, to, service: "delivery" }),
    };
    consume(messaging, running.owner, onShipped(deliverOrders(parts)));
    running.background("delivering", periods.lookMs, sweepDeliveries(parts));
    return {};
  };
