import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answered, api, type Order } from "../api.ts";
import { useNow } from "../clock.ts";
import { Failure } from "../ui/states.tsx";
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

const useCancel = (orderId: string) => {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () =>
      answered(
        api.POST("/api/orders/{orderId}/cancel", { params: { path: { orderId } }, body: {} }),
      ),
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
  return (
    <>
      {cancel.error && <Failure error={cancel.error} />}
      {state === "PENDING" && (
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
            onClick={() => cancel.mutate()}
          >
            {cancel.isPending ? "Cancelling…" : "Cancel order"}
          </button>
        </section>
      )}
    </>
  );
}
