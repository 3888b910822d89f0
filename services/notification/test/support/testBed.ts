import { createLogger, repeat, sleep } from "@waybill/chassis";
import { orderEventType, orderSubject, ordersStream } from "@waybill/contracts/events";
import { OrderEvent, type OrderState } from "@waybill/contracts/status";
import { UserServiceDefinition } from "@waybill/contracts/user";
import { connectMessaging, type Messaging } from "@waybill/messaging";
import { type Database, openDatabase } from "@waybill/persistence";
import { createClient } from "@waybill/rpc";
import { testServers } from "@waybill/stack";
import type { SenderParts } from "../../src/app/attempting.ts";
import type { Outbox } from "../../src/app/outbox.ts";
import { recordNotifications } from "../../src/app/recordNotifications.ts";
import { createSender, type Sender } from "../../src/app/sender.ts";
import { settlingPoint } from "../../src/app/settling.ts";
import { createUserDirectory } from "../../src/app/userDirectory.ts";
import { migrations } from "../../src/db/migrations.ts";
import { listNotifications } from "../../src/db/notificationStore.ts";
import type { Channel } from "../../src/domain/notification.ts";
import { onOrderEvents } from "../../src/events/onOrderEvents.ts";
import { logProvider } from "../../src/provider/logProvider.ts";
import { smtpProvider } from "../../src/provider/smtpProvider.ts";

/** LOG_LEVEL=debug shows what happens. */
export const logger = createLogger("notification-test", {
  level: process.env.LOG_LEVEL ?? "silent",
  format: "pretty",
});

export async function freshDatabase(): Promise<Database & { readonly url: string }> {
  const url = await (await testServers()).databaseUrl("notification");
  const options = { url, poolSize: 4, entities: [], migrations, logger };
  const db = await openDatabase({ ...options, applicationName: "notification-test" });
  return Object.assign(db, { url });
}

const events = ["placed", "confirmed", "processing", "shipped", "delivered"] as const;

/** The first `count` events of an order that goes the ordinary way. */
export function story(orderId: string, userId: string, count = 5): OrderEvent[] {
  return Array.from({ length: count }, (_, index) =>
    OrderEvent.fromPartial({
      orderId,
      userId,
      version: index + 1,
      from: index as OrderState,
      to: (index + 1) as OrderState,
      total: { minorUnits: 1_580n, currency: "EUR" },
      occurredAt: new Date(Date.now() - 10_000 + index),
      reservationMode: 0,
    }),
  );
}

/** Publishes as status does. */
export async function announce(
  messaging: Messaging,
  told: readonly OrderEvent[],
  publication = 1,
): Promise<void> {
  for (const event of told) {
    const name = events[event.version - 1] ?? "delivered";
    await messaging.publish({
      subject: orderSubject(name, event.orderId),
      type: orderEventType(name),
      id: `${event.orderId}.${event.version}`,
      source: "status",
      time: new Date(),
      data: OrderEvent.encode(event).finish(),
      traceparent: "",
      publication,
    });
  }
}

/** The connection of status, who owns the stream. */
export async function connectStatus(natsUrl: string): Promise<Messaging> {
  const messaging = await connectMessaging({ url: natsUrl, name: "status", logger });
  await messaging.ensureStream(ordersStream);
  return messaging;
}

export interface AppOptions {
  readonly db: Database;
  readonly natsUrl: string;
  readonly userAddress: string;
  readonly smtpUrl: string;
  readonly channels?: readonly Channel[];
  readonly parts?: Partial<SenderParts>;
}

let apps = 0;

/** The parts of one channel, with times that fit a test. */
export function senderParts({ db, smtpUrl, userAddress, parts }: AppOptions) {
  apps += 1;
  const callee = `user-${apps}`; // So that nobody shares the breaker of another test.
  const client = createClient(UserServiceDefinition, {
    callee,
    address: userAddress,
    logger,
    attempts: 1,
    timeoutMs: 1_000,
  });
  const from = "Waybill <no-reply@shop.example>";
  return {
    client,
    parts: {
      db,
      channel: "EMAIL" as const,
      provider: smtpProvider({ url: smtpUrl, from, connections: 3, timeoutMs: 5_000 }),
      users: createUserDirectory(client),
      settling: settlingPoint(db),
      times: { firstMs: 50, capMs: 200, awayCapMs: 100, giveUpAfterMs: 3_600_000 },
      attemptTimeoutMs: 5_000,
      logger,
      ...parts,
    },
  };
}

/** Nobody takes anything over: everything is found in the table. */
export const noOutbox: Outbox = {
  begin: async () => ({
    verdicts: new Map(),
    lease: undefined,
    recorded: () => {},
    failed: () => {},
  }),
  wake: () => {},
};

/** As main wires it, without a loop. */
export const outboxOf = (...senders: readonly (readonly [Channel, Sender])[]): Outbox => {
  const byChannel = new Map(senders);
  return {
    begin: (channel, sendings, mode) => {
      const sender = byChannel.get(channel);
      if (sender === undefined) throw new Error(`no sender for ${channel}`);
      return sender.begin(sendings, mode);
    },
    wake: () => {},
  };
};

/** The service in this process, as main wires it, with a quicker loop. */
export async function startApp(options: AppOptions): Promise<AsyncDisposable> {
  await using undo = new AsyncDisposableStack();
  const { db, natsUrl, channels = ["EMAIL"] } = options;
  const { client, parts } = senderParts(options);
  undo.use(client);
  undo.use(parts.provider);
  undo.use(parts.settling);
  const messaging = undo.use(
    await connectMessaging({ url: natsUrl, name: "notification", logger }),
  );
  const senders = new Map<Channel, Sender>();
  for (const channel of channels) {
    const provider = channel === "SMS" ? logProvider("SMS", logger) : parts.provider;
    const sender = undo.use(createSender({ ...parts, channel, provider }));
    senders.set(channel, sender);
    const steady = (signal: AbortSignal) => sender.run(signal).catch(() => ({ again: false })); // The loop's own pauses are too long here.
    undo.use(repeat({ name: channel, intervalMs: 30, logger, run: steady }));
  }
  const outbox = outboxOf(...senders);
  undo.use(messaging.consume(onOrderEvents(recordNotifications(db, channels, outbox))));
  const cleanUp = undo.move();
  return { [Symbol.asyncDispose]: () => cleanUp.disposeAsync() };
}

/** "order.version CHANNEL STATE attempts" of each sending, sorted. */
export async function progress(db: Database): Promise<string[]> {
  const all = await listNotifications(db, { userId: "", orderId: "" }, undefined, 1_000);
  return all
    .flatMap(({ orderId, version, sendings }) =>
      sendings.map(
        ({ channel, state, attempts }) => `${orderId}.${version} ${channel} ${state} ${attempts}`,
      ),
    )
    .toSorted();
}

/** Polls until the condition holds; throws after the deadline with what was seen last. */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  holds: (seen: T) => boolean,
  withinMs = 20_000,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (Date.now() > deadline)
      throw new Error(`not within ${withinMs} ms: ${what}; seen last: ${JSON.stringify(seen)}`);
    await sleep(10);
  }
}
