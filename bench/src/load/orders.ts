import { randomUUIDv7 } from "node:crypto";
import { CreateOrderRequest } from "@waybill/contracts/order";
import type { Baskets } from "./baskets.ts";
import { itemId, userCount, userId } from "./population.ts";
import type { Random } from "./random.ts";

/** Makes the request for a new order. */
export type Orders = () => CreateOrderRequest;

const shipTo = {
  name: "Ada Lovelace",
  street: ["12 St James's Square"],
  postalCode: "SW1Y 4JH",
  city: "London",
  region: "",
  country: "GB",
};

/** Orders of random customers, each named as the contract advises. */
export const ordersOf =
  (fill: Baskets, random: Random): Orders =>
  () =>
    CreateOrderRequest.create({
      requestId: randomUUIDv7(),
      userId: userId(Math.floor(random() * userCount)),
      lines: fill().map(({ item, quantity }) => ({ itemId: itemId(item), quantity, name: "" })),
      paymentMethod: "pm_ok",
      shipTo,
    });
