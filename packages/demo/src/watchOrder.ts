import { backoff, sleep } from "@waybill/chassis";
import { OrderState, type StatusServiceClient } from "@waybill/contracts/status";
import { isUnavailable, Refusal, Status } from "@waybill/rpc";

export const isTerminal = (state: OrderState): boolean =>
  state === OrderState.DELIVERED || state === OrderState.CANCELLED;

const retries = { firstMs: 100, capMs: 1_000 } as const;

/**
 * Follows one order to its end by WatchStatuses, and answers its last state; `onMove` is told each state. When the stream breaks it goes on
 * after the version that was seen last. Throws the signal's reason when that aborts before.
 */
export async function watchOrder(
  statuses: Pick<StatusServiceClient, "watchStatuses">,
  orderId: string,
  onMove: (state: OrderState) => void,
  signal: AbortSignal,
): Promise<OrderState> {
  let afterVersion = 0;
  for (let failures = 0; ; failures++) {
    try {
      for await (const { transition } of statuses.watchStatuses(
        { orderId, afterVersion },
        { signal },
      )) {
        if (transition === undefined) continue;
        onMove(transition.to);
        if (isTerminal(transition.to)) return transition.to;
        afterVersion = transition.version;
        failures = 0;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!isUnavailable(error) && !isUnknown(error)) throw error;
    }
    await sleep(backoff(failures, retries), signal);
  }
}

/** The order is stored, but not announced yet. */
const isUnknown = (error: unknown): boolean =>
  error instanceof Refusal && error.code === Status.NOT_FOUND;
