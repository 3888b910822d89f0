import { loadConfig } from "@waybill/chassis";
import { paymentsStream } from "@waybill/contracts/events";
import { OrderServiceDefinition } from "@waybill/contracts/order";
import { PaymentServiceDefinition } from "@waybill/contracts/payment";
import { StatusServiceDefinition } from "@waybill/contracts/status";
import { startService } from "@waybill/host";
import { observeExpiredHolds, recordResolution } from "@waybill/tcc";
import { createPaymentApp } from "./app/paymentApp.ts";
import { configSchema, providerDelays, settingsOf } from "./config.ts";
import { countExpired } from "./db/duePayments.ts";
import { paymentJournal } from "./db/events.ts";
import { migrations } from "./db/migrations.ts";
import { toOutgoingEvent } from "./events/paymentEvents.ts";
import { providerMigrations } from "./provider/ledger.ts";
import { createSimulatedProvider } from "./provider/simulatedProvider.ts";
import { paymentService } from "./rpc/paymentService.ts";
import { policy } from "./rpc/policy.ts";

/** How often each background loop looks for work. Unit: ms. */
const intervals = { webhooks: 250, settler: 1_000, purge: 3_600_000 } as const;

const config = loadConfig(configSchema, process.env);
await using service = await startService("payment", config);
const { logger } = service;

const [db, books] = await Promise.all([
  service.openDatabase([], migrations),
  service.openDatabase([], providerMigrations, {
    url: config.PROVIDER_DATABASE_URL,
    poolSize: config.PROVIDER_POOL_SIZE,
    applicationName: "waybill-provider",
  }),
]);
const messaging = await service.connectMessaging(db);
await messaging.ensureStream(paymentsStream);

const provider = createSimulatedProvider({ db: books, delays: providerDelays(config) });
service.onDrain(provider);

const journal = paymentJournal(db);
const relay = messaging.relay({ stream: paymentsStream, journal, db, toEvent: toOutgoingEvent });
service.onDrain(relay);

const publish = relay.publish.bind(relay);
const app = createPaymentApp({ db, provider, publish, logger, settings: settingsOf(config) });
service.onDrain(app);
observeExpiredHolds(() => countExpired(db, new Date()));

const status = service.client(StatusServiceDefinition, "status");
const order = service.client(OrderServiceDefinition, "order");
service.background("the provider's webhooks", intervals.webhooks, () =>
  provider.callBack(app.receive),
);
service.background("the settler", intervals.settler, () => app.settle());
service.background("the reaper", config.REAPER_INTERVAL, async (signal) => {
  recordResolution(await app.resolveExpired({ status, order }, signal));
});
service.background("the purge", intervals.purge, (signal) => app.purge(status, signal));

await service.serve([[PaymentServiceDefinition, paymentService(app, logger)]], {
  policies: [policy],
});
await service.untilTerminated();
