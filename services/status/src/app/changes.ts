import { EventEmitter } from "node:events";

/** How long a watcher waits at most before it looks again: another replica may have moved the order. Unit: ms. */
const lookAgainAfterMs = 1_000;

/** Wakes whoever watches an order that this process has moved. */
export interface Changes {
  notify(orderIds: Iterable<string>): void;
  /** Resolves when the order may have moved, or after a second; rejects when the signal is aborted. */
  untilMoved(orderId: string, signal: AbortSignal): Promise<void>;
}

export function createChanges(): Changes {
  const emitter = new EventEmitter().setMaxListeners(0);
  return {
    notify: (orderIds) => {
      if (emitter.eventNames().length === 0) return;
      for (const orderId of orderIds) emitter.emit(orderId);
    },
    untilMoved: (orderId, signal) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const settle = (finish: () => void) => () => {
          clearTimeout(timer);
          emitter.off(orderId, onMoved);
          signal.removeEventListener("abort", onAbort);
          finish();
        };
        const onMoved = settle(resolve);
        const onAbort = settle(() => reject(signal.reason));
        const timer = setTimeout(onMoved, lookAgainAfterMs);
        emitter.once(orderId, onMoved);
        signal.addEventListener("abort", onAbort, { once: true });
      }),
  };
}
