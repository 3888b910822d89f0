import type { Logger } from "@waybill/chassis";
import type { OrderServiceImplementation } from "@waybill/contracts/order";
import type { OrderApp } from "../app/orderApp.ts";
import { decisionRpcs } from "./decisionRpcs.ts";
import { participantRpcs } from "./participantRpcs.ts";
import { placementRpcs } from "./placementRpcs.ts";
import { readRpcs } from "./readRpcs.ts";
import { placementDecoder } from "./requests.ts";

export const orderService = (
  app: OrderApp,
  paymentMethods: readonly string[],
  logger: Logger,
): OrderServiceImplementation => ({
  ...placementRpcs(app.placements, placementDecoder(paymentMethods), logger),
  ...readRpcs(app, logger),
  ...decisionRpcs(app),
  ...participantRpcs(app.pricings, app.abandonments, logger),
});
