import { ItemServiceDefinition } from "@waybill/contracts/item";
import { OrderServiceDefinition } from "@waybill/contracts/order";
import { StatusServiceDefinition } from "@waybill/contracts/status";
import { startService } from "@waybill/host";
import { observeExpiredHolds } from "@waybill/tcc";
import { itemApp } from "./app/itemApp.ts";
import { readConfig } from "./config.ts";
import { migrations } from "./db/migrations.ts";
import { countExpired } from "./db/reservationUpkeep.ts";
import { itemService } from "./rpc/itemService.ts";
import { policy } from "./rpc/policy.ts";

/** How often old reservations are looked for; nobody waits for that. */
const purgeIntervalMs = 60 * 60 * 1000;

const config = readConfig(process.env);
await using service = await startService("item", config);
const db = await service.openDatabase([], migrations);
const app = itemApp({
  db,
  logger: service.logger,
  now: () => new Date(),
  holdExpiryMs: config.HOLD_EXPIRY,
  maxBatchSize: config.BATCH_SIZE,
  lanes: config.BATCH_LANES,
  // Only expired and old holds ask these two; the service serves without them.
  status: service.client(StatusServiceDefinition, "status"),
  order: service.client(OrderServiceDefinition, "order"),
});
service.onDrain(app);
observeExpiredHolds(() => countExpired(db, new Date()));
service.background("resolving expired holds", config.REAPER_INTERVAL, async (signal) => {
  await app.resolveExpiredHolds(signal);
});
service.background("purging reservations", purgeIntervalMs, (signal) =>
  app.purgeReservations(new Date(Date.now() - config.FENCE_RETENTION), signal),
);
await service.serve([[ItemServiceDefinition, itemService(app, service.logger)]], {
  policies: [policy],
});
await service.untilTerminated();
