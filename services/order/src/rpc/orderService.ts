import type { BatchingPoint } from "@waybill/batching";
import type { OrderServiceImplementation } from "@waybill/contracts/order";
import type { Fate } from "../app/abandonOrders.ts";
import type { Placement, PlacementResult } from "../app/placement.ts";
import type { Pricing, PricingResult } from "../app/recordPrices.ts";
import { type DecisionApp, decisionRpcs } from "./decisionRpcs.ts";
import { participantRpcs } from "./participantRpcs.ts";
import { placementRpcs } from "./placementRpcs.ts";
import { type ReadApp, readRpcs } from "./readRpcs.ts";
import { placementDecoder } from "./requests.ts";

/** What the handlers call. */
export interface OrderApp extends DecisionApp, ReadApp {
  readonly placements: BatchingPoint<Placement, PlacementResult>;
  readonly pricings: BatchingPoint<Pricing, PricingResult>;
  readonly abandonments: BatchingPoint<string, Fate>;
}

export const orderService = (
  app: OrderApp,
  paymentMethods: readonly string[],
): OrderServiceImplementation => ({
  ...placementRpcs(app.placements, placementDecoder(paymentMethods)),
  ...readRpcs(app),
  ...decisionRpcs(app),
  ...participantRpcs(app.pricings, app.abandonments),
});
