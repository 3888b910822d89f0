import { CreateOrderRequest } from "@waybill/contracts/order";
import type { Baskets } from "./baskets.ts";
import { itemId, userCount, userId } from "./population.ts";
import type { Random } from "./random.ts";

/** Makes the request for the order of this number. */
export type Orders = (index: number) => CreateOrderRequest;

const shipTo = {
  name: "Ada Lovelace",
  street: ["12 St James's Square"],
  postalCode: "SW1Y 4JH",
  city: "London",
  region: "",
  country: "GB",
};

/** Orders of random customers, named by the phase that they are placed in so that no two have the same request id. */
export const ordersOf =
  (phase: string, fill: Baskets, random: Random): Orders =>
  (index) =>
    CreateOrderRequest.create({
      requestId: `${phase}-${index}`,
      userId: userId(Math.floor(random() * userCount)),
      lines: fill().map(({ item, quantity }) => ({ itemId: itemId(item), quantity, name: "" })),
      paymentMethod: "pm_ok",
      shipTo,
    });
