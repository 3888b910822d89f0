import { ShippingServiceDefinition } from "@waybill/contracts/shipping";
import { OrderState, StatusServiceDefinition } from "@waybill/contracts/status";
import { moveOrders } from "@waybill/fulfilment";
import { startService } from "@waybill/host";
import { shipOrders, sweep } from "./app/shipOrders.ts";
import { readConfig } from "./config.ts";
import { migrations } from "./db/migrations.ts";
import { simulatedCarrier } from "./domain/carrier.ts";
import { onProcessing } from "./events/onProcessing.ts";
import { policy } from "./rpc/policy.ts";
import { shippingService } from "./rpc/shippingService.ts";

/** How often shipments are looked for whose orders were not moved. */
const sweepIntervalMs = 1_000;

const config = readConfig(process.env);
await using service = await startService("shipping", config);
const db = await service.openDatabase([], migrations);
const messaging = await service.connectMessaging(db);
const parts = {
  db,
  carrier: simulatedCarrier,
  logger: service.logger,
  moveOrders: moveOrders({
    statuses: service.client(StatusServiceDefinition, "status"),
    from: OrderState.PROCESSING,
    to: OrderState.SHIPPED,
    service: "shipping",
    logger: service.logger,
  }),
};
messaging.consume(onProcessing(shipOrders(parts)));
service.background("moving orders left over", sweepIntervalMs, sweep(parts));
await service.serve([[ShippingServiceDefinition, shippingService(db)]], { policies: [policy] });
await service.untilTerminated();
