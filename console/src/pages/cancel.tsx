import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answered, api, isUnknown, type Order } from "../api.ts";
import { useNow } from "../clock.ts";
import { currentUser } from "../session.ts";
import { ActionFailure } from "../ui/states.tsx";
import { leftOf } from "./window.ts";

/** How often the countdown moves. Unit: ms. */
const tickMs = 250;

function Countdown({ placedAt, until }: { readonly placedAt: string; readonly until: string }) {
  const { share, text } = leftOf(placedAt, until, useNow(tickMs));
  return (
    <>
      <p className="quiet number">{text}</p>
      <progress aria-label="Left of the time to cancel" value={share} max={1} />
    </>
  );
}

/** How often a cancel without an answer is repeated: over twelve seconds, since orders are confirmed within a few. */
const maxRepeats = 5;
const firstWaitMs = 400;

/** Somebody else is logged in by now than whoever has cancelled. */
class NotTheirs extends Error {}

/** Cancelling twice is cancelling once, so that it is repeated while nobody says yes or no; also when the page is left, but by nobody else. */
const useCancel = (orderId: string) => {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (userId: string | undefined) => {
      if (currentUser() !== userId) throw new NotTheirs();
      await answered(
        api.POST("/api/orders/{orderId}/cancel", { params: { path: { orderId } }, body: {} }),
      );
    },
    networkMode: "always",
    retry: (failures, error) =>
      failures < maxRepeats && isUnknown(error) && !(error instanceof NotTheirs),
    retryDelay: (failures) => firstWaitMs * 2 ** failures,
    onSettled: () => queries.invalidateQueries({ queryKey: ["order", orderId] }),
  });
};

interface CancelProps {
  readonly order: Order;
  /** As the timeline knows it, which is sooner than the order. */
  readonly state: string;
}

/** Cancels while it is possible, and says so when it came too late. */
export function Cancel({ order, state }: CancelProps) {
  const { orderId, placedAt, cancellableUntil } = order;
  const cancel = useCancel(orderId);
  if (state === "CANCELLED") return null;
  const isPending = state === "PENDING";
  return (
    <>
      {cancel.error && (isPending || !isUnknown(cancel.error)) && (
        <ActionFailure error={cancel.error} />
      )}
      {isPending && cancel.isPending && cancel.failureCount > 0 && (
        <p className="notice" role="status">
          No answer yet, so it is not known whether your order is cancelled. It is asked again by
          itself, a few times.
        </p>
      )}
      {isPending && (
        <section className="card window" aria-label="Cancel">
          {cancellableUntil === undefined ? (
            <p className="quiet">You can cancel until the order is confirmed.</p>
          ) : (
            <Countdown placedAt={placedAt} until={cancellableUntil} />
          )}
          <button
            className="danger"
            type="button"
            disabled={cancel.isPending}
            onClick={() => cancel.mutate(currentUser())}
          >
            {cancel.isPending ? "Cancelling…" : "Cancel order"}
          </button>
        </section>
      )}
    </>
  );
}
