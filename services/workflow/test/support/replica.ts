import { createLogger, repeat } from "@waybill/chassis";
import {
  orderEventType,
  orderSubject,
  ordersStream,
  paymentEventType,
  paymentSubject,
  paymentsStream,
} from "@waybill/contracts/events";
import { PaymentEvent } from "@waybill/contracts/payment";
import { OrderEvent, OrderState } from "@waybill/contracts/status";
import { connectMessaging, type Messaging } from "@waybill/messaging";
import { type Database, openDatabase } from "@waybill/persistence";
import { handleNews } from "../../src/app/handleNews.ts";
import { handleNudges } from "../../src/app/handleNudges.ts";
import type { Workflow } from "../../src/app/ports.ts";
import { startTimers } from "../../src/app/timers.ts";
import { migrations } from "../../src/db/migrations.ts";
import type { RetryRules } from "../../src/domain/schedule.ts";
import { onOrders } from "../../src/events/onOrders.ts";
import { onPayments } from "../../src/events/onPayments.ts";
import { fakeCallees } from "./fakeCallees.ts";
import type { World } from "./world.ts";

export const logger = createLogger("workflow-test", {
  level: process.env.TEST_LOG_LEVEL ?? "silent",
  format: "json",
});

export interface ReplicaOptions {
  readonly world: World;
  readonly databaseUrl: string;
  /** Consumes events from there; without it, news are handed over by hand. */
  readonly natsUrl?: string;
  readonly windowMs?: number;
  readonly decideByMs?: number;
  readonly stuckAfterMs?: number;
  readonly leaseMs?: number;
  readonly retries?: RetryRules;
}

/** A workflow process in this one, on real servers, with in-process stand-ins for the other services. */
export interface Replica extends AsyncDisposable {
  readonly db: Database;
  readonly workflow: Workflow;
}

/** Retries are quick, so that tests are. */
const retryMs = 60;
const limits = { batchSize: 256, leaseMs: 2_000 };

/** The workflow's database alone, with nothing at work on it. */
export const openTable = (url: string): Promise<Database> =>
  openDatabase({
    url,
    poolSize: 8,
    entities: [],
    migrations,
    logger,
    applicationName: "workflow-test",
  });

export async function startReplica(options: ReplicaOptions): Promise<Replica> {
  const { world, databaseUrl, natsUrl, windowMs = 0, decideByMs = 60_000 } = options;
  await using parts = new AsyncDisposableStack();
  const db = parts.use(await openTable(databaseUrl));
  const base = {
    db,
    logger,
    callees: fakeCallees(world),
    decisions: { cancellationWindowMs: windowMs, decideByMs },
    retries: options.retries ?? {
      delayMs: () => retryMs,
      refusedDelayMs: () => 5 * retryMs,
      stuckAfterMs: options.stuckAfterMs ?? 60_000,
    },
    clock: () => new Date(),
  };
  const { leaseMs = limits.leaseMs } = options;
  const workflow = startTimers(base, { ...limits, leaseMs }, (name, intervalMs, run) =>
    parts.use(repeat({ name, intervalMs, logger, run })),
  );
  if (natsUrl !== undefined) {
    const messaging = parts.use(await connectMessaging({ url: natsUrl, name: "workflow", logger }));
    const size = { maxBatch: 256, lanes: 2 };
    messaging.consume(onOrders((news) => handleNews(workflow, news), size));
    messaging.consume(onPayments((nudges) => handleNudges(workflow, nudges), size));
  }
  const running = parts.move();
  return { db, workflow, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

const eventNames = {
  [OrderState.UNSPECIFIED]: "placed",
  [OrderState.PENDING]: "placed",
  [OrderState.CONFIRMED]: "confirmed",
  [OrderState.CANCELLED]: "cancelled",
  [OrderState.PROCESSING]: "processing",
  [OrderState.SHIPPED]: "shipped",
  [OrderState.DELIVERED]: "delivered",
} as const;

/** Lets the world publish its events, as status does. */
export async function publishFrom(world: World, messaging: Messaging): Promise<void> {
  await messaging.ensureStream(ordersStream);
  await messaging.ensureStream(paymentsStream);
  world.publish = (event, publication) => {
    const name = eventNames[event.to];
    void messaging.publish({
      subject: orderSubject(name, event.orderId),
      type: orderEventType(name),
      id: `${event.orderId}.${event.version}`,
      source: "status",
      time: event.occurredAt ?? new Date(),
      data: OrderEvent.encode(event).finish(),
      traceparent: "",
      publication,
    });
  };
}

/** The provider's late answer. */
export async function nudge(messaging: Messaging, orderId: string): Promise<void> {
  await messaging.publish({
    subject: paymentSubject("authorized", orderId),
    type: paymentEventType("authorized"),
    id: `${orderId}.payment`,
    source: "payment",
    time: new Date(),
    data: PaymentEvent.encode(PaymentEvent.fromPartial({ transactionId: orderId })).finish(),
    traceparent: "",
    publication: 1,
  });
}
