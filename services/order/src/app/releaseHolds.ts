import type { Logger } from "@waybill/chassis";
import type { CancelReservationResult } from "@waybill/contracts/item";
import { byWeight } from "./byWeight.ts";
import type { ItemPort } from "./ports.ts";

/** Elements of one batch request. */
const maxBatch = 512;

/** Cancels the holds of orders that were abandoned; answers the ids for which that could not be done now. Never throws. */
export const releaseHolds =
  (items: Pick<ItemPort, "batchCancelReservations">, logger: Logger) =>
  async (orderIds: readonly string[]): Promise<ReadonlySet<string>> => {
    const unreleased = new Set<string>();
    for (const some of byWeight(orderIds, () => 1, maxBatch)) {
      const results = await cancel(items, some, logger);
      some.forEach((orderId, index) => {
        if (results[index]?.result?.$case !== "response") unreleased.add(orderId);
      });
    }
    return unreleased;
  };

async function cancel(
  items: Pick<ItemPort, "batchCancelReservations">,
  orderIds: readonly string[],
  logger: Logger,
): Promise<readonly CancelReservationResult[]> {
  try {
    const requests = orderIds.map((transactionId) => ({ transactionId }));
    return (await items.batchCancelReservations({ requests })).results;
  } catch (error) {
    logger.warn({ err: error, orders: orderIds.length }, "holds are to be released later");
    return [];
  }
}
