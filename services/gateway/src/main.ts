import { DeliveryServiceDefinition } from "@waybill/contracts/delivery";
import { ItemServiceDefinition } from "@waybill/contracts/item";
import { NotificationServiceDefinition } from "@waybill/contracts/notification";
import { OrderServiceDefinition } from "@waybill/contracts/order";
import { PaymentServiceDefinition } from "@waybill/contracts/payment";
import { contractServices } from "@waybill/contracts/services";
import { ShippingServiceDefinition } from "@waybill/contracts/shipping";
import { StatusServiceDefinition } from "@waybill/contracts/status";
import { UserServiceDefinition } from "@waybill/contracts/user";
import { WorkflowServiceDefinition } from "@waybill/contracts/workflow";
import { startService } from "@waybill/host";
import { operator } from "@waybill/identity";
import { HealthDefinition } from "@waybill/rpc";
import { OrderCache } from "./app/orderCache.ts";
import { traceLinks } from "./app/traceLinks.ts";
import { listOf, readConfig } from "./config.ts";
import { consoleDir } from "./http/console.ts";
import { closeHttpServer, createHttpServer } from "./http/server.ts";
import { StreamSlots } from "./http/streamSlots.ts";
import { allRoutes } from "./routes/allRoutes.ts";

const config = readConfig(process.env);
await using service = await startService("gateway", config);
const { verifier } = service.authentication;
const clients = {
  orders: service.client(OrderServiceDefinition, "order"),
  statuses: service.client(StatusServiceDefinition, "status"),
  items: service.client(ItemServiceDefinition, "item"),
  payments: service.client(PaymentServiceDefinition, "payment"),
  users: service.client(UserServiceDefinition, "user"),
  workflow: service.client(WorkflowServiceDefinition, "workflow"),
  shipping: service.client(ShippingServiceDefinition, "shipping"),
  delivery: service.client(DeliveryServiceDefinition, "delivery"),
  notifications: service.client(NotificationServiceDefinition, "notification"),
};
const health = Object.fromEntries(
  contractServices.map((name) => [name, service.client(HealthDefinition, name)]),
);
const limits = {
  perAddress: config.RATE_LIMIT_ADDRESS,
  perIdentity: config.RATE_LIMIT_IDENTITY,
  logins: config.RATE_LIMIT_LOGIN,
};
const server = await createHttpServer({
  logger: service.logger,
  verify: async (token) => verifier?.known(token) ?? verifier?.verify(token) ?? operator,
  limits,
  maxEventLoopDelayMs: config.MAX_EVENT_LOOP_DELAY,
  corsOrigins: listOf(config.CORS_ORIGINS),
  trustedProxies: listOf(config.TRUSTED_PROXIES),
  ...consoleDir(service.logger),
  routes: (app) =>
    allRoutes(app, {
      clients,
      orderCache: new OrderCache(),
      health,
      limits,
      slots: new StreamSlots(config.MAX_EVENT_STREAMS, config.MAX_EVENT_STREAMS_PER_IDENTITY),
      ending: service.signal,
      traceLink: traceLinks(config.TRACE_URL),
      defaultPaymentMethod: config.DEFAULT_PAYMENT_METHOD,
      defaultCurrency: config.DEFAULT_CURRENCY,
      cancellationWindowMs: config.CANCELLATION_WINDOW,
    }),
});
service.onDrain(() => closeHttpServer(server));
const address = await server.listen({ host: config.HOST, port: config.PORT });
const startedInMs = Math.round(performance.now());
service.logger.info({ address, startedInMs }, `ready on ${address}`);
await service.untilTerminated();
