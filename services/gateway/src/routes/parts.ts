import type { Order } from "@waybill/contracts/order";
import type { Client, HealthDefinition } from "@waybill/rpc";
import type { Clients } from "../app/clients.ts";
import type { OrderCache } from "../app/orderCache.ts";
import type { traceLinks } from "../app/traceLinks.ts";
import type { RateLimits } from "../http/limits.ts";
import type { StreamSlots } from "../http/streamSlots.ts";

export type TraceLinks = ReturnType<typeof traceLinks>;

/** What the routes work with. */
export interface RouteParts {
  readonly clients: Clients;
  readonly orderCache: OrderCache<Order>;
  /** Asks each service how it is, by the service's name. */
  readonly health: Readonly<Record<string, Pick<Client<typeof HealthDefinition>, "check">>>;
  readonly limits: RateLimits;
  readonly slots: StreamSlots;
  /** Aborts when the process is asked to stop. */
  readonly ending: AbortSignal;
  /** Where the trace of a W3C trace context can be looked at. */
  readonly traceLink: TraceLinks;
  /** How an order is paid that does not say. */
  readonly defaultPaymentMethod: string;
  /** How long an order can surely be cancelled; 0: there is no such time. Unit: ms. */
  readonly cancellationWindowMs: number;
  /** What an item costs whose currency is not said. */
  readonly defaultCurrency: string;
}
