import type { Logger } from "@waybill/chassis";
import type { ItemServiceImplementation } from "@waybill/contracts/item";
import type { ItemApp } from "../app/itemApp.ts";
import { catalogueHandlers } from "./catalogue.ts";
import { reservationHandlers } from "./reservations.ts";

/** waybill.item.v1.ItemService. */
export const itemService = (app: ItemApp, logger: Logger): ItemServiceImplementation => ({
  ...catalogueHandlers(app),
  ...reservationHandlers(app, logger),
});
