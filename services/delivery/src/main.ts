import { DeliveryServiceDefinition } from "@waybill/contracts/delivery";
import { OrderState, StatusServiceDefinition } from "@waybill/contracts/status";
import { moveOrders } from "@waybill/fulfilment";
import { startService } from "@waybill/host";
import { deliverOrders, sweep } from "./app/deliverOrders.ts";
import { readConfig } from "./config.ts";
import { migrations } from "./db/migrations.ts";
import { onShipped } from "./events/onShipped.ts";
import { deliveryService } from "./rpc/deliveryService.ts";
import { policy } from "./rpc/policy.ts";

/** How often deliveries are looked for that have become due. */
const sweepIntervalMs = 1_000;

const config = readConfig(process.env);
await using service = await startService("delivery", config);
const db = await service.openDatabase([], migrations);
const messaging = await service.connectMessaging(db);
const parts = {
  db,
  transitMs: config.TRANSIT_TIME,
  logger: service.logger,
  moveOrders: moveOrders({
    statuses: service.client(StatusServiceDefinition, "status"),
    from: OrderState.SHIPPED,
    to: OrderState.DELIVERED,
    service: "delivery",
    logger: service.logger,
  }),
};
messaging.consume(onShipped(deliverOrders(parts)));
service.background("moving orders that are due", sweepIntervalMs, sweep(parts));
await service.serve([[DeliveryServiceDefinition, deliveryService(db)]], { policies: [policy] });
await service.untilTerminated();
