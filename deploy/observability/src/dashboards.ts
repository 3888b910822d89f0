import type { Dashboard } from "./dashboard.ts";
import { messaging } from "./dashboards/messaging.ts";
import { orders } from "./dashboards/orders.ts";
import { resilience } from "./dashboards/resilience.ts";
import { runtime } from "./dashboards/runtime.ts";
import { saga } from "./dashboards/saga.ts";
import { services } from "./dashboards/services.ts";

export const dashboards: readonly Dashboard[] = [
  orders,
  saga,
  messaging,
  resilience,
  services,
  runtime,
];
