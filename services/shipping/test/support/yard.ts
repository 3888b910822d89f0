import { createLogger } from "@waybill/chassis";
import { type ShippingServiceClient, ShippingServiceDefinition } from "@waybill/contracts/shipping";
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
import { type ShippingParts, shipOrders, sweep } from "../../src/app/shipOrders.ts";
import { migrations } from "../../src/db/migrations.ts";
import { simulatedCarrier } from "../../src/domain/carrier.ts";
import { onProcessing } from "../../src/events/onProcessing.ts";
import { shippingService } from "../../src/rpc/shippingService.ts";

export const logger = createLogger("shipping-test", { level: "silent", format: "json" });

/** A replica of shipping in this process. */
export interface Yard extends AsyncDisposable {
  readonly db: Database;
  readonly url: string;
  readonly client: ShippingServiceClient;
  readonly parts: ShippingParts;
  sweep(): Promise<void>;
}

/** How shipping sees status: switch `away` on, and it does not answer. */
export const line = { away: false };

export async function startYard(
  status: StatusReplica,
  natsUrl: string | undefined,
  given?: string,
): Promise<Yard> {
  const url = given ?? (await (await testServers()).databaseUrl("shipping"));
  await using stack = new AsyncDisposableStack();
  const db = stack.use(
    await openDatabase({
      url,
      poolSize: 4,
      entities: [],
      migrations,
      logger,
      applicationName: "shipping-test",
    }),
  );
  const parts: ShippingParts = {
    db,
    carrier: simulatedCarrier,
    logger,
    moveOrders: moveOrders({
      statuses: {
        batchUpdateStatuses: (request) =>
          line.away
            ? Promise.reject(refuse.unavailable(31, "status is away"))
            : status.client.batchUpdateStatuses(request),
      },
      from: OrderState.PROCESSING,
      to: OrderState.SHIPPED,
      service: "shipping",
      logger,
    }),
  };
  if (natsUrl !== undefined) {
    const messaging = stack.use(await connectMessaging({ url: natsUrl, name: "shipping", logger }));
    messaging.consume(onProcessing(shipOrders(parts)));
  }
  const server = stack.use(
    await startServer({
      name: "shipping",
      host: "127.0.0.1",
      port: 0,
      services: [[ShippingServiceDefinition, shippingService(db)]],
      authorize: admitUnverified,
      logger,
    }),
  );
  const client = stack.use(
    createClient(ShippingServiceDefinition, {
      callee: `shipping-${server.port}`,
      address: server.address,
      logger,
    }),
  );
  const running = stack.move();
  const close = () => running.disposeAsync();
  return { db, url, client, parts, sweep: sweep(parts), [Symbol.asyncDispose]: close };
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
