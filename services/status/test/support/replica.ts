import { createLogger, type Logger } from "@waybill/chassis";
import { ordersStream } from "@waybill/contracts/events";
import { type StatusServiceClient, StatusServiceDefinition } from "@waybill/contracts/status";
import { admitUnverified } from "@waybill/identity";
import { connectMessaging, type Messaging, type Relay } from "@waybill/messaging";
import { type Database, openDatabase } from "@waybill/persistence";
import { createClient, startServer } from "@waybill/rpc";
import { testServers } from "@waybill/stack";
import { type StatusApp, statusApp } from "../../src/app/statusApp.ts";
import { migrations } from "../../src/db/migrations.ts";
import {
  type JournalRow,
  journalRowOf,
  toOutgoingEvent,
  transitionJournal,
} from "../../src/events/journal.ts";
import { publishPending } from "../../src/events/publishPending.ts";
import { statusService } from "../../src/rpc/statusService.ts";

/** LOG_LEVEL=debug shows what happens. */
export const logger = createLogger("status-test", {
  level: process.env.LOG_LEVEL ?? "silent",
  format: "json",
});

export interface ReplicaOptions {
  /** The database; default a fresh one. */
  readonly url?: string;
  /** Publishes there; default nowhere. */
  readonly natsUrl?: string;
  readonly lanes?: number;
  readonly logger?: Logger;
}

/** A replica of the service in this process, on a real database, asked over gRPC. */
export interface Replica extends AsyncDisposable {
  readonly url: string;
  readonly db: Database;
  readonly app: StatusApp;
  readonly client: StatusServiceClient;
  /** Only with `natsUrl`. */
  readonly messaging: Messaging;
  readonly relay: Relay<JournalRow>;
}

/** How long an order stays before it is announced again. Unit: ms. */
export const patienceMs = 30_000;

export async function startReplica(options: ReplicaOptions = {}): Promise<Replica> {
  const url = options.url ?? (await (await testServers()).databaseUrl("status"));
  await using parts = new AsyncDisposableStack();
  const db = parts.use(await openStatuses(url));
  const { messaging, relay } = await publishing(db, options.natsUrl, parts);
  const app = parts.use(
    statusApp({
      db,
      messaging,
      publish: (changes) => relay.publish(changes.map(journalRowOf)),
      publishPending: publishPending(db, (rows) => relay.publish(rows)),
      patienceMs,
      maxBatchSize: 256,
      lanes: options.lanes ?? 2,
    }),
  );
  const server = parts.use(
    await startServer({
      name: "status",
      host: "127.0.0.1",
      port: 0,
      services: [
        [
          StatusServiceDefinition,
          statusService(app, options.logger ?? logger, new AbortController().signal),
        ],
      ],
      authorize: admitUnverified,
      logger,
    }),
  );
  const client = parts.use(
    createClient(StatusServiceDefinition, {
      callee: `status-${server.port}`,
      address: server.address,
      logger,
    }),
  );
  const running = parts.move();
  const close = () => running.disposeAsync();
  return { url, db, app, client, messaging, relay, [Symbol.asyncDispose]: close };
}

const openStatuses = (url: string): Promise<Database> =>
  openDatabase({
    url,
    poolSize: 6,
    entities: [],
    migrations,
    logger,
    applicationName: "status-test",
  });

async function publishing(
  db: Database,
  natsUrl: string | undefined,
  parts: AsyncDisposableStack,
): Promise<{ messaging: Messaging; relay: Relay<JournalRow> }> {
  if (natsUrl === undefined) {
    const relay = { publish: () => {}, inFlight: 0, [Symbol.asyncDispose]: async () => {} };
    return { messaging: { connected: false } as Messaging, relay };
  }
  const messaging = parts.use(await connectMessaging({ url: natsUrl, name: "status", logger }));
  await messaging.ensureStream(ordersStream);
  const relay = messaging.relay({
    stream: ordersStream,
    journal: transitionJournal(db),
    db,
    toEvent: toOutgoingEvent,
    sweepMs: 100,
  });
  return { messaging, relay };
}
