import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { answered, api, ifAny, type Order } from "../api.ts";
import { money, when, words } from "../format.ts";

interface FactProps<T> {
  readonly name: string;
  readonly query: {
    readonly data: T | null | undefined;
    readonly error: unknown;
    readonly isLoading: boolean;
  };
  /** While there is none. */
  readonly none: string;
  readonly children: (data: T) => ReactNode;
}

/** What one service knows of the order; that it is away is its own fact, and hides no other. */
function Fact<T>({ name, query: { data, error, isLoading }, none, children }: FactProps<T>) {
  const text = () => {
    if (data) return children(data);
    if (error) return "Not available at the moment";
    return isLoading ? "…" : none;
  };
  return (
    <>
      <dt>{name}</dt>
      <dd>{text()}</dd>
    </>
  );
}

const decided: readonly string[] = ["CONFIRMED", "PROCESSING", "SHIPPED", "DELIVERED"];
const onItsWay: readonly string[] = ["SHIPPED", "DELIVERED"];

/** Asked anew with each step that the order takes, and only once there is something to know. */
function useFacts(orderId: string, state: string) {
  const params = { params: { path: { orderId } } };
  const payment = useQuery({
    queryKey: ["payment", orderId, state],
    queryFn: () => ifAny(answered(api.GET("/api/payments/{orderId}", params))),
    enabled: decided.includes(state),
  });
  const shipment = useQuery({
    queryKey: ["shipment", orderId, state],
    queryFn: () => ifAny(answered(api.GET("/api/shipments/{orderId}", params))),
    enabled: onItsWay.includes(state),
  });
  const delivery = useQuery({
    queryKey: ["delivery", orderId, state],
    queryFn: () => ifAny(answered(api.GET("/api/deliveries/{orderId}", params))),
    enabled: onItsWay.includes(state),
  });
  return { payment, shipment, delivery };
}

/** What the simulated provider's states are called by whoever pays. */
const paymentWords: Readonly<Record<string, string>> = {
  TRIED: "Authorised",
  CONFIRMED: "Paid",
  CANCELLED: "Released, nothing charged",
};

const Lines = ({ order }: { readonly order: Order }) => (
  <ul className="lines">
    {order.items.map(({ itemId, itemName, quantity, unitPrice }) => (
      <li key={itemId}>
        <span>{itemName ?? itemId}</span>
        <span className="quiet number">{quantity} ×</span>
        <span className="amount">
          {unitPrice === undefined ? "–" : money(unitPrice * quantity, order.currency)}
        </span>
      </li>
    ))}
  </ul>
);

interface FactsProps {
  readonly order: Order;
  /** As the timeline knows it, which is sooner than the order. */
  readonly state: string;
}

/** Items, total, payment, shipment and delivery. */
export function Facts({ order, state }: FactsProps) {
  const { payment, shipment, delivery } = useFacts(order.orderId, state);
  return (
    <section className="card" aria-label="Details">
      <h2>Details</h2>
      <Lines order={order} />
      <p className="total">
        <span>Total</span>
        <strong className="number">
          {order.total === undefined ? "Follows" : money(order.total, order.currency)}
        </strong>
      </p>
      <dl className="facts">
        <Fact
          name="Payment"
          query={payment}
          none={state === "CANCELLED" ? "Nothing is charged" : "Being secured"}
        >
          {(paid) => paymentWords[paid.state] ?? words(paid.state)}
        </Fact>
        <Fact name="Shipment" query={shipment} none="Not booked">
          {({ carrier, trackingNumber }) => `${words(carrier)}, ${trackingNumber}`}
        </Fact>
        <Fact name="Delivery" query={delivery} none="Not begun">
          {({ deliveredAt }) => (deliveredAt ? when(deliveredAt) : "On its way")}
        </Fact>
        <dt>Customer</dt>
        <dd className="mono">{order.userId}</dd>
      </dl>
    </section>
  );
}
