import { createLogger, type Logger } from "@waybill/chassis";
import { type ItemServiceClient, ItemServiceDefinition } from "@waybill/contracts/item";
import { type OrderServiceClient, OrderServiceDefinition } from "@waybill/contracts/order";
import { type StatusServiceClient, StatusServiceDefinition } from "@waybill/contracts/status";
import { UserServiceDefinition, type UserServiceImplementation } from "@waybill/contracts/user";
import { admitUnverified } from "@waybill/identity";
import type { Messaging } from "@waybill/messaging";
import { type Database, type MigrationClass, openDatabase } from "@waybill/persistence";
import { createClient, type ServiceEntry, Status, startServer } from "@waybill/rpc";
import { freePort, testServers } from "@waybill/stack";
import { type ItemApp, itemApp } from "../../../item/src/app/itemApp.ts";
import { migrations as itemMigrations } from "../../../item/src/db/migrations.ts";
import { itemService } from "../../../item/src/rpc/itemService.ts";
import { statusApp } from "../../../status/src/app/statusApp.ts";
import { migrations as statusMigrations } from "../../../status/src/db/migrations.ts";
import { statusService } from "../../../status/src/rpc/statusService.ts";
import type { ReservationFallback } from "../../src/app/holdStock.ts";
import { type OrderApp, orderApp } from "../../src/app/orderApp.ts";
import type { ItemPort, StatusPort, UserPort } from "../../src/app/ports.ts";
import { migrations } from "../../src/db/migrations.ts";
import { orderService } from "../../src/rpc/orderService.ts";

/** LOG_LEVEL=debug shows what happens. */
export const logger = createLogger("order-test", {
  level: process.env.LOG_LEVEL ?? "silent",
  format: "json",
});

export interface Ports {
  readonly items: ItemPort;
  readonly statuses: StatusPort;
  readonly users: UserPort;
}

export interface ReplicaOptions {
  readonly fallback?: ReservationFallback;
  /** Comes between this replica and its neighbours. */
  readonly between?: (real: Ports) => Partial<Ports>;
  /** Comes between this replica and its database. */
  readonly database?: (real: Database) => Database;
  readonly lanes?: number;
  readonly logger?: Logger;
}

/** The order service in this process. */
export interface Replica extends AsyncDisposable {
  readonly app: OrderApp;
  readonly client: OrderServiceClient;
}

/** A service that can be stopped and started again at the same address. */
export interface Stoppable {
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** The order service with its real neighbours item and status, each on a database and a server of its own, and one user, alice. */
export interface Shop extends AsyncDisposable {
  readonly client: OrderServiceClient;
  readonly app: OrderApp;
  readonly db: Database;
  readonly items: ItemApp;
  readonly itemDb: Database;
  readonly itemClient: ItemServiceClient;
  readonly statuses: StatusServiceClient;
  readonly statusDb: Database;
  readonly servers: Readonly<Record<"item" | "status" | "user", Stoppable>>;
  /** How far the item service's clock is ahead. Unit: ms. */
  readonly clock: { aheadMs: number };
  /** One more replica of order on the same database. */
  replica(options?: ReplicaOptions): Promise<Replica>;
  /** One more replica, which never finishes what it has begun: as if its process were paused or killed. */
  strandedReplica(options?: ReplicaOptions): Promise<Replica>;
  stock(itemId: string, onHand: number): Promise<void>;
}

/** How long a hold may be undecided before its order's fate is asked for. Unit: ms. */
export const holdExpiryMs = 60_000;

const paymentMethods = ["pm_ok", "pm_declined"];

export async function startShop(options: ReplicaOptions = {}): Promise<Shop> {
  await using parts = new AsyncDisposableStack();
  const itemDb = parts.use(await open("item", itemMigrations));
  const statusDb = parts.use(await open("status", statusMigrations));
  const db = parts.use(await open("order", migrations));
  const clock = { aheadMs: 0 };

  const orderPort = await freePort();
  const address = `127.0.0.1:${orderPort}`;
  const statuses = statusApp({
    db: statusDb,
    messaging: { connected: false } as Messaging,
    publish: () => {},
    publishPending: async () => 0,
    patienceMs: 30_000,
    maxBatchSize: 256,
    lanes: 2,
  });
  const statusServer = await stoppable(parts, "status", [
    StatusServiceDefinition,
    statusService(statuses, logger, new AbortController().signal),
  ]);
  const statusClient = parts.use(clientOf(StatusServiceDefinition, statusServer.address));
  const items = itemApp({
    db: itemDb,
    logger,
    now: () => new Date(Date.now() + clock.aheadMs),
    holdExpiryMs,
    maxBatchSize: 256,
    lanes: 1,
    status: statusClient,
    order: parts.use(clientOf(OrderServiceDefinition, address)),
  });
  const itemServer = await stoppable(parts, "item", [
    ItemServiceDefinition,
    itemService(items, logger),
  ]);
  const userServer = await stoppable(parts, "user", [UserServiceDefinition, onlyAlice]);

  const itemClient = parts.use(clientOf(ItemServiceDefinition, itemServer.address));
  const real: Ports = {
    items: itemClient,
    statuses: statusClient,
    users: parts.use(clientOf(UserServiceDefinition, userServer.address)),
  };
  const main = await startOrder(parts, db, real, { ...options, port: orderPort });
  const replica = async (more: ReplicaOptions = {}) => {
    await using own = new AsyncDisposableStack();
    const started = await startOrder(own, db, real, more);
    const running = own.move();
    return { ...started, [Symbol.asyncDispose]: () => running.disposeAsync() };
  };
  const stranded = parts.use(new AsyncDisposableStack());
  const running = parts.move();
  return {
    ...main,
    db,
    items,
    itemDb,
    itemClient,
    statuses: statusClient,
    statusDb,
    servers: { item: itemServer, status: statusServer, user: userServer },
    clock,
    replica,
    strandedReplica: async (more = {}) => {
      const started = await startOrder(stranded, db, real, { ...more, isStranded: true });
      return { ...started, [Symbol.asyncDispose]: async () => {} };
    },
    stock: async (itemId, onHand) => {
      const unitPrice = { minorUnits: 250n, currency: "EUR" };
      await items.createItem({ itemId, name: `The ${itemId}`, unitPrice, onHand: BigInt(onHand) });
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function startOrder(
  parts: AsyncDisposableStack,
  db: Database,
  real: Ports,
  options: ReplicaOptions & { port?: number; isStranded?: boolean },
): Promise<{ app: OrderApp; client: OrderServiceClient }> {
  const { fallback = "defer", between = () => ({}), lanes = 2, port = 0 } = options;
  const { database = (whole: Database) => whole } = options;
  const ports = { ...real, ...between(real) };
  const app = orderApp({ db: database(db), ...ports, fallback, lanes, maxBatchSize: 256, logger });
  const server = parts.use(
    await startServer({
      name: "order",
      host: "127.0.0.1",
      port,
      services: [
        [OrderServiceDefinition, orderService(app, paymentMethods, options.logger ?? logger)],
      ],
      authorize: admitUnverified,
      logger,
      drainMs: 100,
    }),
  );
  // What a stranded one has begun never ends.
  if (!options.isStranded) parts.use(app);
  const client = parts.use(clientOf(OrderServiceDefinition, server.address));
  return { app, client };
}

/** The users are one: alice. */
const onlyAlice: Pick<UserServiceImplementation, "batchGetUsers"> = {
  batchGetUsers: async ({ userIds }) => ({
    results: userIds.map((userId) => ({
      result:
        userId === "alice"
          ? { $case: "response", value: { user: { userId } } }
          : { $case: "failure", value: { code: Status.NOT_FOUND } },
    })),
  }),
};

type Definition = Parameters<typeof createClient>[0];

async function stoppable<D extends Definition>(
  parts: AsyncDisposableStack,
  name: string,
  service: ServiceEntry<D>,
): Promise<Stoppable & { address: string }> {
  const port = await freePort();
  const start = () =>
    startServer({
      ...{ name, host: "127.0.0.1", port, services: [service], logger, drainMs: 100 },
      authorize: admitUnverified,
    });
  let server = await start();
  server.serve();
  parts.defer(() => server[Symbol.asyncDispose]());
  return {
    address: server.address,
    stop: () => server.drain(),
    start: async () => {
      server = await start();
      server.serve();
    },
  };
}

/** A machine with too much to do is not a service that is away. */
const slowMachine = { attemptTimeoutMs: 10_000, timeoutMs: 20_000 } as const;

const clientOf = <D extends Definition>(definition: D, address: string) =>
  createClient(definition, {
    callee: `${definition.fullName}-${address}`,
    address,
    logger,
    breaker: { halfOpenAfterMs: 200 },
    ...slowMachine,
  });

async function open(name: string, migrationsOfIt: readonly MigrationClass[]): Promise<Database> {
  return openDatabase({
    url: await (await testServers()).databaseUrl(name),
    poolSize: 5,
    entities: [],
    migrations: migrationsOfIt,
    logger,
    applicationName: "order-test",
  });
}
