import { setTimeout as delay } from "node:timers/promises";
import { isUnavailable, Refusal, Status } from "@waybill/rpc";
import type { Clients } from "./clients.ts";

/** Watches all orders, and goes on where it was whenever the stream breaks. */
export interface Watcher extends AsyncDisposable {
  /** The versions seen of each order, as they came. */
  readonly seen: ReadonlyMap<string, readonly number[]>;
  /** Resolves when it has begun: what happens from then on is seen. */
  readonly begun: Promise<void>;
}

const pauseMs = 50;

export function watchAllOrders(clients: Clients): Watcher {
  const seen = new Map<string, number[]>();
  const stopping = new AbortController();
  const { promise: begun, resolve, reject } = Promise.withResolvers<void>();
  const { signal } = stopping;
  let afterPosition = "";
  const watch = async () => {
    for await (const answer of clients.status.watchStatuses({ afterPosition }, { signal })) {
      afterPosition = answer.position;
      resolve();
      if (answer.transition === undefined) continue;
      const { orderId, version } = answer.transition;
      seen.set(orderId, [...(seen.get(orderId) ?? []), version]);
    }
  };
  const watchOn = async () => {
    while (!signal.aborted) {
      await watch().catch((error: unknown) => {
        if (!mayGoOn(error)) throw error;
      });
      await delay(pauseMs);
    }
  };
  const watching = watchOn();
  watching.catch(reject);
  return {
    seen,
    begun,
    [Symbol.asyncDispose]: async () => {
      stopping.abort();
      await watching;
    },
  };
}

/** The server has gone, or the watcher was stopped. */
const mayGoOn = (error: unknown): boolean =>
  isUnavailable(error) || (error instanceof Refusal && error.code === Status.CANCELLED);
