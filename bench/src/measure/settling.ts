import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "@waybill/chassis";
import { OrderState, type Status, StatusServiceDefinition } from "@waybill/contracts/status";
import { type Client, createClient } from "@waybill/rpc";
import { createLatencies, type Latencies } from "./latencies.ts";

/** Rare enough to cost nothing: four reads of one row each. */
const pollMs = 100;
/** When no order has moved for so long, none will: orders that got stuck are announced again within 30 s. */
const stalledMs = 90_000;
const maxPageSize = 500;

const unfinishedStates = [
  OrderState.PENDING,
  OrderState.CONFIRMED,
  OrderState.PROCESSING,
  OrderState.SHIPPED,
] as const;

/** Where the orders ended. */
export interface Settled {
  readonly delivered: number;
  readonly cancelled: number;
  /** Orders that have not ended, and do not move. */
  readonly unfinished: number;
  /** When the last one was delivered; undefined when none was. By status' clock. */
  readonly lastDeliveredAt: Date | undefined;
  /** From when an order was stored until it was DELIVERED, by the services' clocks. */
  readonly delivery: Latencies;
}

/** Asks status where orders are. */
export interface Statuses extends AsyncDisposable {
  /** Resolves when every order has ended, or when none has moved for 90 s. */
  untilSettled(signal: AbortSignal): Promise<void>;
  /** Reads where the orders placed since then have ended. */
  read(since: Date, signal: AbortSignal): Promise<Settled>;
}

export function statusesAt(address: string, token: string, logger: Logger): Statuses {
  const client = createClient(StatusServiceDefinition, {
    callee: "status",
    address,
    logger,
    token: () => token,
    timeoutMs: 30_000,
    attemptTimeoutMs: 10_000,
  });
  return {
    untilSettled: (signal) => untilSettled(client, signal),
    read: (since, signal) => read(client, since, signal),
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  };
}

type StatusClient = Client<typeof StatusServiceDefinition>;

async function untilSettled(client: StatusClient, signal: AbortSignal): Promise<void> {
  let seen = "";
  let seenAt = performance.now();
  while (true) {
    const latest = await Promise.all(
      unfinishedStates.map((state) => latestIn(client, state, signal)),
    );
    const now = latest.join();
    if (latest.every((order) => order === "")) return;
    if (now !== seen) {
      seen = now;
      seenAt = performance.now();
    } else if (performance.now() - seenAt > stalledMs) return;
    await delay(pollMs, undefined, { signal });
  }
}

/** The order placed last of those in this state; "" when there is none. */
async function latestIn(
  client: StatusClient,
  state: OrderState,
  signal: AbortSignal,
): Promise<string> {
  const { statuses } = await client.listStatuses({ state, pageSize: 1 }, { signal });
  return statuses[0]?.orderId ?? "";
}

async function read(client: StatusClient, since: Date, signal: AbortSignal): Promise<Settled> {
  const delivery = createLatencies();
  const counts = { delivered: 0, cancelled: 0, unfinished: 0 };
  let lastDeliveredAt: Date | undefined;
  for await (const status of statusesSince(client, since, signal)) {
    const { state, placedAt, movedAt } = status;
    if (state === OrderState.CANCELLED) counts.cancelled += 1;
    else if (state !== OrderState.DELIVERED) counts.unfinished += 1;
    else if (placedAt !== undefined && movedAt !== undefined) {
      counts.delivered += 1;
      delivery.record(movedAt.getTime() - placedAt.getTime());
      if (lastDeliveredAt === undefined || movedAt > lastDeliveredAt) lastDeliveredAt = movedAt;
    }
  }
  return { ...counts, lastDeliveredAt, delivery };
}

async function* statusesSince(
  client: StatusClient,
  since: Date,
  signal: AbortSignal,
): AsyncGenerator<Status> {
  let pageToken = "";
  do {
    const request = { placedAfter: since, pageSize: maxPageSize, pageToken };
    const page = await client.listStatuses(request, { signal });
    yield* page.statuses;
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
}
