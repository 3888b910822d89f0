import type { HttpServer } from "../http/server.ts";
import { authRoutes } from "./auth.ts";
import { deadLetterRoutes } from "./deadLetters.ts";
import { deliveryRoutes } from "./deliveries.ts";
import { healthRoutes } from "./health.ts";
import { inventoryRoutes } from "./inventory.ts";
import { notificationRoutes } from "./notifications.ts";
import { orderDecisionRoutes } from "./orderDecisions.ts";
import { orderEventRoutes } from "./orderEvents.ts";
import { orderRoutes } from "./orders.ts";
import type { RouteParts } from "./parts.ts";
import { paymentRoutes } from "./payments.ts";
import { sessionRoutes } from "./session.ts";
import { shipmentRoutes } from "./shipments.ts";
import { signingKeyRoutes } from "./signingKeys.ts";
import { systemRoutes } from "./system.ts";
import { userRoutes } from "./users.ts";
import { workflowRoutes } from "./workflow.ts";

/** Every route of the gateway. */
export function allRoutes(app: HttpServer, parts: RouteParts): void {
  const resources = [
    userRoutes,
    authRoutes,
    sessionRoutes,
    signingKeyRoutes,
    inventoryRoutes,
    orderRoutes,
    orderDecisionRoutes,
    orderEventRoutes,
    notificationRoutes,
    paymentRoutes,
    shipmentRoutes,
    deliveryRoutes,
    workflowRoutes,
    deadLetterRoutes,
    systemRoutes,
    healthRoutes,
  ];
  for (const addRoutes of resources) addRoutes(app, parts);
}
