import { deadLettersStream } from "@waybill/contracts/events";
import { ItemServiceDefinition } from "@waybill/contracts/item";
import { OrderServiceDefinition } from "@waybill/contracts/order";
import { PaymentServiceDefinition } from "@waybill/contracts/payment";
import { StatusServiceDefinition } from "@waybill/contracts/status";
import { WorkflowServiceDefinition } from "@waybill/contracts/workflow";
import { startService } from "@waybill/host";
import { handleNews } from "./app/handleNews.ts";
import { handleNudges } from "./app/handleNudges.ts";
import { observeProcesses } from "./app/processMetrics.ts";
import { startTimers } from "./app/timers.ts";
import { readConfig, retryRulesOf } from "./config.ts";
import { DatabaseClock } from "./db/databaseClock.ts";
import { migrations } from "./db/migrations.ts";
import { onOrders } from "./events/onOrders.ts";
import { onPayments } from "./events/onPayments.ts";
import { policy } from "./rpc/policy.ts";
import { workflowService } from "./rpc/workflowService.ts";

/** How often PostgreSQL is asked what time it is. Unit: ms. */
const adjustEveryMs = 10_000;

const config = readConfig(process.env);
await using service = await startService("workflow", config);
const db = await service.openDatabase([], migrations);
const messaging = await service.connectMessaging(db);
await messaging.ensureStream(deadLettersStream);

const clock = await DatabaseClock.open(db);
service.background("adjusting the clock", adjustEveryMs, () => clock.adjust());
const workflow = startTimers(
  {
    db,
    logger: service.logger,
    clock: clock.now,
    decisions: {
      cancellationWindowMs: config.CANCELLATION_WINDOW,
      decideByMs: config.DECIDE_BY,
    },
    retries: retryRulesOf(config),
    callees: {
      order: service.client(OrderServiceDefinition, "order"),
      item: service.client(ItemServiceDefinition, "item"),
      payment: service.client(PaymentServiceDefinition, "payment"),
      status: service.client(StatusServiceDefinition, "status"),
    },
  },
  { batchSize: config.BATCH_SIZE, leaseMs: config.CLAIM_LEASE },
  service.background,
);

observeProcesses(db);

const size = { maxBatch: config.BATCH_SIZE, lanes: config.LANES };
messaging.consume(onOrders((news) => handleNews(workflow, news), size));
messaging.consume(onPayments((nudges) => handleNudges(workflow, nudges), size));
await service.serve([[WorkflowServiceDefinition, workflowService(workflow, messaging)]], {
  policies: [policy],
});
await service.untilTerminated();
