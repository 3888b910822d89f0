import { OrderState } from "@waybill/contracts/status";
import type { OrderCaller } from "../load/orderCaller.ts";
import { userCount, userId } from "../load/population.ts";
import { pageSize } from "../load/reads.ts";
import { createLatencies, type Percentiles } from "./latencies.ts";

const walks = 100;
/** Not measured: services that have just started find nothing prepared, and run code that is not compiled yet. */
const warmUpWalks = 250;
const pagesPerWalk = 4;

/** How long a page of 50 orders takes, one request at a time. Unit: ms. */
export interface ListingFigures {
  readonly byUser: Percentiles;
  readonly byState: Percentiles;
}

type Lister = Pick<OrderCaller, "listOrders">;

/** Reads the first pages of many lists. Rejects with CallError. */
export async function measureListing(caller: Lister, signal: AbortSignal): Promise<ListingFigures> {
  const byUser = await measureWalks(signal, (walk, pageToken) =>
    caller.listOrders({ userId: userId(walk % userCount), pageSize, pageToken }),
  );
  const byState = await measureWalks(signal, (_, pageToken) =>
    caller.listOrders({ state: OrderState.DELIVERED, pageSize, pageToken }),
  );
  return { byUser, byState };
}

async function measureWalks(
  signal: AbortSignal,
  list: (walk: number, pageToken: string) => Promise<{ readonly nextPageToken: string }>,
): Promise<Percentiles> {
  const latencies = createLatencies();
  for (let walk = 0; walk < warmUpWalks + walks; walk++) {
    let pageToken = "";
    for (let page = 0; page < pagesPerWalk; page++) {
      signal.throwIfAborted();
      const start = performance.now();
      pageToken = (await list(walk, pageToken)).nextPageToken;
      if (walk >= warmUpWalks) latencies.record(performance.now() - start);
    }
  }
  return latencies.percentiles();
}
