import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { ApiError, answered, api, type Order, type Transition } from "../api.ts";
import { money, timeOfDay, when, words } from "../format.ts";
import { type LiveState, useLive } from "../live.ts";
import { Badge, Failure, PageHead, Shown } from "../ui.tsx";

const path = ["PENDING", "CONFIRMED", "PROCESSING", "SHIPPED", "DELIVERED"];

const liveTexts: Readonly<Record<LiveState, string>> = {
  connecting: "Connecting…",
  live: "Live",
  away: "Connection lost, reconnecting…",
  ended: "Complete",
};

function Timeline({
  transitions,
  live,
}: {
  readonly transitions: readonly Transition[];
  readonly live: LiveState;
}) {
  const seen = new Map(transitions.map((one) => [one.status, one]));
  const steps = seen.has("CANCELLED") ? ["PENDING", "CANCELLED"] : path;
  return (
    <section className="card" aria-label="Timeline">
      <p className="live" data-live={live} role="status">
        {liveTexts[live]}
      </p>
      <ol className="timeline">
        {steps.map((step) => {
          const done = seen.get(step);
          return (
            <li key={step} data-done={done !== undefined} data-state={step}>
              <strong>{words(step)}</strong>
              <span className="quiet">
                {done === undefined ? "to come" : timeOfDay(done.occurredAt)}
                {done?.reason !== undefined && ` · ${words(done.reason)}`}
              </span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

function Cancel({ orderId }: { readonly orderId: string }) {
  const queries = useQueryClient();
  const cancel = useMutation({
    mutationFn: () =>
      answered(
        api.POST("/api/orders/{orderId}/cancel", { params: { path: { orderId } }, body: {} }),
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: ["order", orderId] }),
  });
  return (
    <>
      {cancel.error && <Failure error={cancel.error} />}
      <button
        className="danger"
        type="button"
        disabled={cancel.isPending}
        onClick={() => cancel.mutate()}
      >
        Cancel order
      </button>
      <p className="quiet">Possible until the order is confirmed.</p>
    </>
  );
}

/** What may not exist yet: undefined instead of an error. */
const ifAny = <T,>(call: Promise<T>) =>
  call.catch((error: unknown) => {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  });

function Facts({ order, version }: { readonly order: Order; readonly version: number }) {
  const params = { params: { path: { orderId: order.orderId } } };
  const payment = useQuery({
    queryKey: ["order", order.orderId, "payment", version],
    queryFn: () => ifAny(answered(api.GET("/api/payments/{orderId}", params))),
  });
  const shipment = useQuery({
    queryKey: ["order", order.orderId, "shipment", version],
    queryFn: () => ifAny(answered(api.GET("/api/shipments/{orderId}", params))),
  });
  const delivery = useQuery({
    queryKey: ["order", order.orderId, "delivery", version],
    queryFn: () => ifAny(answered(api.GET("/api/deliveries/{orderId}", params))),
  });
  const away = "Not available at the moment";
  return (
    <section className="card" aria-label="Details">
      <ul className="lines">
        {order.items.map((line) => (
          <li key={line.itemId}>
            <span>
              {line.quantity} × {line.itemName ?? line.itemId}
            </span>
            <span className="amount">
              {line.unitPrice === undefined
                ? "–"
                : money(line.unitPrice * line.quantity, order.currency)}
            </span>
          </li>
        ))}
      </ul>
      <p className="total">
        <span>Total</span>
        <strong>{money(order.total, order.currency)}</strong>
      </p>
      <dl className="facts">
        <dt>Payment</dt>
        <dd>
          {payment.error
            ? away
            : payment.data
              ? `${words(payment.data.state)}${payment.data.declineReason ? ` · ${payment.data.declineReason}` : ""}`
              : "Not begun"}
        </dd>
        <dt>Shipment</dt>
        <dd>
          {shipment.error
            ? away
            : shipment.data
              ? `${shipment.data.carrier} ${shipment.data.trackingNumber}`
              : "Not booked"}
        </dd>
        <dt>Delivery</dt>
        <dd>
          {delivery.error
            ? away
            : delivery.data?.deliveredAt
              ? when(delivery.data.deliveredAt)
              : delivery.data
                ? "On its way"
                : "Not begun"}
        </dd>
        <dt>Placed</dt>
        <dd>{when(order.placedAt)}</dd>
      </dl>
    </section>
  );
}

export function OrderPage() {
  const { orderId } = useParams({ from: "/orders/$orderId" });
  const [transitions, setTransitions] = useState<readonly Transition[]>([]);
  const live = useLive(`/api/orders/${encodeURIComponent(orderId)}/events`, (event) =>
    setTransitions((before) =>
      before.some(({ version }) => version === event.version) ? before : [...before, event],
    ),
  );
  const version = transitions.at(-1)?.version ?? 0;
  const order = useQuery({
    queryKey: ["order", orderId],
    queryFn: () => answered(api.GET("/api/orders/{orderId}", { params: { path: { orderId } } })),
  });
  return (
    <Shown query={order}>
      {(data) => {
        const state = transitions.at(-1)?.status ?? data.status;
        return (
          <>
            <PageHead title="Order">
              <Badge state={state} />
              <p className="quiet mono">{data.orderId}</p>
            </PageHead>
            <div className="columns">
              <Timeline transitions={transitions} live={live} />
              <div className="stack">
                <Facts order={data} version={version} />
                {state === "PENDING" && <Cancel orderId={orderId} />}
              </div>
            </div>
          </>
        );
      }}
    </Shown>
  );
}
