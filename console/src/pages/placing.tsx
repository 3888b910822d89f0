import { useMutation, useMutationState, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useEffectEvent, useState } from "react";
import { answered, api, isUnknown } from "../api.ts";
import {
  type BegunOrder,
  beginOrder,
  begunOrder,
  isAwaited,
  orderPlaced,
  orderRefused,
  useBasket,
} from "../basket.ts";
import { currentUser } from "../session.ts";
import { ActionFailure } from "../ui/states.tsx";

/** Nobody waits any more for what became of an order: it is known, or whoever ordered has logged out. */
class NotAwaited extends Error {}

const isMoot = (error: unknown): boolean => error instanceof NotAwaited;

const send = ({ key, lines, paymentMethod }: BegunOrder) =>
  answered(
    api.POST("/api/orders", {
      params: { header: { "idempotency-key": key } },
      body: {
        order: {
          items: lines.map(({ item, quantity }) => ({ itemId: item.itemId, quantity })),
          paymentMethod,
        },
      },
    }),
  );

/**
 * Sends an order, unless its fate is known by now or somebody else is logged in, and keeps what is answered. Tabs take turns: an order that
 * one of them has learnt to be refused is not sent once more by another.
 */
const place = (order: BegunOrder): Promise<{ readonly orderId: string }> =>
  Promise.resolve(
    navigator.locks.request("waybill-order", async () => {
      if (currentUser() !== order.userId || !isAwaited(order)) throw new NotAwaited();
      try {
        const placed = await send(order);
        orderPlaced(order);
        return placed;
      } catch (error) {
        if (!isUnknown(error)) orderRefused(order);
        throw error;
      }
    }),
  );

const mutationKey = ["order"];
const longestWaitMs = 10_000;

/** Asks for an order until its fate is known, also when the page is left. */
function useAsking() {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { mutate, error } = useMutation({
    mutationKey,
    mutationFn: place,
    networkMode: "always",
    retry: (_failures, error) => !isMoot(error) && isUnknown(error),
    retryDelay: (failures) => Math.min(1_000 * 2 ** failures, longestWaitMs),
    onSuccess: async ({ orderId }, { userId }) => {
      void queries.invalidateQueries({ queryKey: ["items"] });
      if (currentUser() === userId) await navigate({ to: "/orders/$orderId", params: { orderId } });
    },
  });
  const last = useMutationState({ filters: { mutationKey }, select: ({ state }) => state }).at(-1);
  const isAsking = () => queries.isMutating({ mutationKey }) > 0;
  return { mutate, error, last, isAsking };
}

/** Places the basket's order, asking under the same key until its fate is known: by lost answers, second clicks and reloads it is placed once. */
function usePlacing() {
  const { key } = useBasket();
  const [keyBefore] = useState(key); // Of an order that was sent before, which may be asked for since.
  const { mutate, last, isAsking, ...own } = useAsking();
  const resume = useEffectEvent(() => {
    const order = begunOrder();
    if (order !== undefined && !isAsking()) mutate(order);
  });
  useEffect(resume, []); // Sent before a reload; its answer was not seen.
  const begin = () => {
    if (!isAsking()) mutate(beginOrder());
  };
  const isPending = isAsking();
  const before = (last?.variables as BegunOrder | undefined)?.key === keyBefore ? last : undefined;
  const error = own.error ?? before?.error;
  return {
    begin,
    isPending,
    failures: last?.status === "pending" ? last.failureCount : 0,
    isElsewhere: key !== undefined && key !== keyBefore && !isPending,
    error: isMoot(error) ? undefined : error,
  };
}

/** What places the order, unless something bars it, and says how far that is. */
export function Placing({ isBarred }: { readonly isBarred: boolean }) {
  const { begin, failures, isPending, isElsewhere, error } = usePlacing();
  return (
    <>
      {failures > 0 && (
        <p className="notice" role="status">
          No answer yet, so it is not known whether your order is placed. It is asked again by
          itself, and placed once only.
        </p>
      )}
      {isElsewhere && (
        <p className="notice" role="status">
          It was begun in another tab. Go on there, or place it here: it is placed once only.
        </p>
      )}
      {error && <ActionFailure error={error} />}
      <button
        className="primary wide"
        type="button"
        disabled={isPending || isBarred}
        onClick={begin}
      >
        {isPending ? "Placing your order…" : "Place order"}
      </button>
    </>
  );
}
