import { createLogger } from "@waybill/chassis";
import { type DeliveryServiceClient, DeliveryServiceDefinition } from "@waybill/contracts/delivery";
import { OrderState } from "@waybill/contracts/status";
import { moveOrders } from "@waybill/fulfilment";
import { admitUnverified } from "@waybill/identity";
import { connectMessaging } from "@waybill/messaging";
import { type Database, openDatabase } from "@waybill/persistence";
import {
  Status as Code,
  createClient,
  Refusal,
  reasonName,
  refuse,
  startServer,
} from "@waybill/rpc";
import { testServers } from "@waybill/stack";
import type { Replica as StatusReplica } from "../../../status/test/support/replica.ts";
import { type DeliveryParts, deliverOrders, sweep } from "../../src/app/deliverOrders.ts";
import { migrations } from "../../src/db/migrations.ts";
import { onShipped } from "../../src/events/onShipped.ts";
import { deliveryService } from "../../src/rpc/deliveryService.ts";

export const logger = createLogger("delivery-test", { level: "silent", format: "json" });

export interface DepotOptions {
  /** Consumes from there; without it, orders are handed over by hand. */
  readonly natsUrl?: string;
  /** The database; default a fresh one. */
  readonly url?: string;
  readonly transitMs?: number;
}

/** A replica of delivery in this process. */
export interface Depot extends AsyncDisposable {
  readonly db: Database;
  readonly url: string;
  readonly client: DeliveryServiceClient;
  /** How delivery sees status: switch `away` on, and it does not answer. */
  readonly line: { away: boolean };
  deliver(orders: Parameters<ReturnType<typeof deliverOrders>>[0]): Promise<void>;
  sweep(): Promise<void>;
}

export async function startDepot(
  status: StatusReplica,
  options: DepotOptions = {},
): Promise<Depot> {
  const { natsUrl, transitMs = 0 } = options;
  const url = options.url ?? (await (await testServers()).databaseUrl("delivery"));
  const line = { away: false };
  await using stack = new AsyncDisposableStack();
  const db = stack.use(
    await openDatabase({
      url,
      poolSize: 4,
      entities: [],
      migrations,
      logger,
      applicationName: "delivery-test",
    }),
  );
  const parts: DeliveryParts = {
    db,
    transitMs,
    logger,
    moveOrders: moveOrders({
      statuses: {
        batchUpdateStatuses: (request) =>
          line.away
            ? Promise.reject(refuse.unavailable(31, "status is away"))
            : status.client.batchUpdateStatuses(request),
      },
      from: OrderState.SHIPPED,
      to: OrderState.DELIVERED,
      service: "delivery",
      logger,
    }),
  };
  const deliver = deliverOrders(parts);
  if (natsUrl !== undefined) {
    const messaging = stack.use(await connectMessaging({ url: natsUrl, name: "delivery", logger }));
    messaging.consume(onShipped(deliver));
  }
  const server = stack.use(
    await startServer({
      name: "delivery",
      host: "127.0.0.1",
      port: 0,
      services: [[DeliveryServiceDefinition, deliveryService(db)]],
      authorize: admitUnverified,
      logger,
    }),
  );
  const client = stack.use(
    createClient(DeliveryServiceDefinition, {
      callee: `delivery-${server.port}`,
      address: server.address,
      logger,
    }),
  );
  const running = stack.move();
  const close = () => running.disposeAsync();
  return { db, url, client, line, deliver, sweep: sweep(parts), [Symbol.asyncDispose]: close };
}

/** "CODE REASON field, field" of the refusal that a call is answered with. */
export async function refused(call: Promise<unknown>): Promise<string> {
  const thrown = await call.then(
    () => new Error("expected a refusal, but the call was answered"),
    (error: unknown) => error,
  );
  if (!(thrown instanceof Refusal)) throw thrown;
  const { code, reason, violations } = thrown;
  const fields = violations.map((violation) => violation.field).join(", ");
  return `${Code[code]} ${reasonName(reason)} ${fields}`.trim();
}
