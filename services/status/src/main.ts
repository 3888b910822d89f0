import { ordersStream } from "@waybill/contracts/events";
import { StatusServiceDefinition } from "@waybill/contracts/status";
import { startService } from "@waybill/host";
import { observeOpenOrders } from "./app/orderMetrics.ts";
import { statusApp } from "./app/statusApp.ts";
import { readConfig } from "./config.ts";
import { migrations } from "./db/migrations.ts";
import { journalRowOf, toOutgoingEvent, transitionJournal } from "./events/journal.ts";
import { publishPending } from "./events/publishPending.ts";
import { reannounce } from "./events/reannounce.ts";
import { policy } from "./rpc/policy.ts";
import { statusService } from "./rpc/statusService.ts";

/** How often orders that have not moved are looked for at least. Unit: ms. */
const lookAtLeastEveryMs = 5_000;

const config = readConfig(process.env);
await using service = await startService("status", config);
const db = await service.openDatabase([], migrations);
const messaging = await service.connectMessaging(db);
await messaging.ensureStream(ordersStream);
const relay = messaging.relay({
  stream: ordersStream,
  journal: transitionJournal(db),
  db,
  toEvent: toOutgoingEvent,
});
const app = statusApp({
  db,
  messaging,
  publish: (changes) => relay.publish(changes.map(journalRowOf)),
  publishPending: publishPending(db, (rows) => relay.publish(rows)),
  patienceMs: config.REANNOUNCE_AFTER,
  maxBatchSize: config.BATCH_SIZE,
  lanes: config.BATCH_LANES,
});
service.onDrain(app);
observeOpenOrders(db);
const announceAgain = reannounce(db, config.REANNOUNCE_AFTER, (rows) => relay.publish(rows));
const lookEveryMs = Math.min(lookAtLeastEveryMs, config.REANNOUNCE_AFTER / 10);
service.background("announcing orders again", lookEveryMs, async () =>
  // Without NATS an announcement would be lost and the next one wait for twice as long.
  messaging.connected ? await announceAgain() : undefined,
);
await service.serve(
  [[StatusServiceDefinition, statusService(app, service.logger, service.signal)]],
  {
    policies: [policy],
  },
);
await service.untilTerminated();
