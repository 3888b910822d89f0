import { backoff, sleep } from "@waybill/chassis";
import type { WatchStatusesResponse } from "@waybill/contracts/status";
import { isUnavailable, Refusal, Status } from "@waybill/rpc";
import type { Statuses } from "../shop.ts";
import { isTerminal } from "../watchOrder.ts";
import type { Ends } from "./ends.ts";

/** The limit of a batch RPC. */
const BATCH = 512;
const retries = { firstMs: 100, capMs: 1_000 } as const;
/** A stream that says nothing for so long may have lost what it should say: ask. */
const SILENCE_MS = 5_000;

/** Tells `ends` what becomes of all orders, until disposed of. */
export interface Watch extends AsyncDisposable {
  /** Resolves when the stream has begun: nothing that happens after this is missed. */
  readonly begun: Promise<void>;
  /** Rejects when watching fails for good. */
  readonly failed: Promise<never>;
}

/** Watches all orders by one stream. When it breaks it is resumed where it was, and when that place is gone, the open orders are asked for. */
export function watchEnds(statuses: Statuses, ends: Ends): Watch {
  const closing = new AbortController();
  const begun = Promise.withResolvers<void>();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  const watching = follow(statuses, ends, begun.resolve, closing.signal).catch((error: unknown) => {
    if (closing.signal.aborted) return;
    failed.reject(error);
    begun.reject(error);
  });
  const asking = askWhenSilent(statuses, ends, closing.signal).catch(() => {});
  return {
    begun: begun.promise,
    failed: failed.promise,
    [Symbol.asyncDispose]: async () => {
      closing.abort(new Error("No longer wanted"));
      await Promise.all([watching, asking]);
    },
  };
}

async function follow(
  statuses: Statuses,
  ends: Ends,
  onBegun: () => void,
  signal: AbortSignal,
): Promise<void> {
  let afterPosition = "";
  for (let failures = 0; ; failures++) {
    try {
      for await (const news of statuses.watchStatuses({ afterPosition }, { signal })) {
        onBegun();
        await take(statuses, ends, news);
        afterPosition = news.position;
        failures = 0;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (isGone(error)) afterPosition = "";
      else if (!isUnavailable(error)) throw error;
    }
    await sleep(backoff(failures, retries), signal);
  }
}

/** The first answer of a stream that is not resumed tells where it begins only: what happened before is to be asked for. */
async function take(
  statuses: Statuses,
  ends: Ends,
  { transition }: WatchStatusesResponse,
): Promise<void> {
  if (transition === undefined) await ask(statuses, ends);
  else ends.moved(transition.orderId, transition.to, transition.reason);
}

const isGone = (error: unknown): boolean =>
  error instanceof Refusal && error.code === Status.OUT_OF_RANGE;

/** Asks for the states of all open orders. */
async function ask(statuses: Statuses, ends: Ends): Promise<void> {
  const open = ends.open;
  for (let start = 0; start < open.length; start += BATCH) {
    const orderIds = open.slice(start, start + BATCH);
    const { results } = await statuses.batchGetStatuses({ orderIds });
    for (const { result } of results) {
      const status = result?.$case === "response" ? result.value.status : undefined;
      if (status !== undefined && isTerminal(status.state))
        ends.moved(status.orderId, status.state, status.reason);
    }
  }
}

/** The second string to the bow, should the stream have lost messages. */
async function askWhenSilent(statuses: Statuses, ends: Ends, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const silentForMs = performance.now() - ends.lastNewsAt;
    await sleep(Math.max(SILENCE_MS - silentForMs, SILENCE_MS / 5), signal);
    if (performance.now() - ends.lastNewsAt < SILENCE_MS) continue;
    await ask(statuses, ends).catch(() => {}); // It is away; its stream's news will come.
  }
}
