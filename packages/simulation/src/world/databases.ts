import type { Models } from "../store/model.ts";
import { deliveryModels, shippingModels } from "../store/models/fulfilment.ts";
import { itemModels } from "../store/models/item.ts";
import { orderModels } from "../store/models/order.ts";
import { paymentModels } from "../store/models/payment.ts";
import { statusModels } from "../store/models/status.ts";
import { workflowModels } from "../store/models/workflow.ts";
import { type Deed, Store } from "../store/store.ts";
import { catalogue, startMs } from "./settings.ts";

/** The databases: models of their statements, and their tables. */
const databases: Readonly<Record<string, readonly [Models, readonly string[]]>> = {
  order: [orderModels, ["orders"]],
  status: [statusModels, ["statuses", "transitions", "stream_positions"]],
  item: [itemModels, ["items", "reservations"]],
  payment: [paymentModels, ["payments", "payment_events", "stream_positions"]],
  workflow: [workflowModels, ["processes"]],
  shipping: [shippingModels, ["shipments"]],
  delivery: [deliveryModels, ["deliveries"]],
};

/** Opens the services' databases, with the catalogue in item's. */
export function openDatabases(
  onDeed: (service: string, deed: Deed) => void,
): Readonly<Record<string, Store>> {
  const stores = Object.entries(databases).map(([name, [models, tables]]): [string, Store] => [
    name,
    new Store(models, tables, (deed) => onDeed(name, deed)),
  ]);
  const all = Object.fromEntries(stores);
  for (const { itemId, priceMinor, onHand } of catalogue) {
    all.item?.seed("items", itemId, {
      item_id: itemId,
      name: itemId,
      price_minor: priceMinor,
      currency: "EUR",
      initial_on_hand: onHand,
      on_hand: onHand,
      held: 0n,
      version: 1,
      content_hash: "",
      created_at: new Date(startMs),
      updated_at: new Date(startMs),
    });
  }
  return all;
}
