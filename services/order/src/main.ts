import { ItemServiceDefinition } from "@waybill/contracts/item";
import { OrderServiceDefinition } from "@waybill/contracts/order";
import { StatusServiceDefinition } from "@waybill/contracts/status";
import { UserServiceDefinition } from "@waybill/contracts/user";
import { startService } from "@waybill/host";
import { orderApp } from "./app/orderApp.ts";
import { observeUnannounced } from "./app/placementMetrics.ts";
import { readConfig } from "./config.ts";
import { migrations } from "./db/migrations.ts";
import { orderService } from "./rpc/orderService.ts";
import { policy } from "./rpc/policy.ts";

/** How often orders are looked for that status was not told of. */
const announceIntervalMs = 1_000;

const config = readConfig(process.env);
await using service = await startService("order", config);
const db = await service.openDatabase([], migrations);
const app = orderApp({
  db,
  users: service.client(UserServiceDefinition, "user"),
  items: service.client(ItemServiceDefinition, "item"),
  statuses: service.client(StatusServiceDefinition, "status"),
  fallback: config.RESERVATION_FALLBACK,
  maxBatchSize: config.BATCH_SIZE,
  lanes: config.BATCH_LANES,
  logger: service.logger,
});
service.onDrain(app);
observeUnannounced(db);
service.background("announcing orders left over", announceIntervalMs, app.announceLeftOver);
await service.serve(
  [[OrderServiceDefinition, orderService(app, config.PAYMENT_METHODS.split(","), service.logger)]],
  { policies: [policy] },
);
await service.untilTerminated();
