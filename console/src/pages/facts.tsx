import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { answered, api, ifAny, type Order } from "../api.ts";
import { money, when, words } from "../format.ts";

interface FactProps<T> {
  readonly name: string;
  readonly query: { readonly data: T | null | undefined; readonly error: unknown };
  /** While there is none. */
  readonly none: string;
  readonly children: (data: T) => ReactNode;
}

/** What one service knows of the order; that it is away is its own fact, and hides no other. */
function Fact<T>({ name, query: { data, error }, none, children }: FactProps<T>) {
  const text = () => {
    if (data) return children(data);
    if (error) return "Not available at the moment";
    return data === undefined ? "…" : none;
  };
  return (
    <>
      <dt>{name}</dt>
      <dd>{text()}</dd>
    </>
  );
}

/** Asked anew with each step that the order takes. */
function useFacts(orderId: string, version: number) {
  const params = { params: { path: { orderId } } };
  const payment = useQuery({
    queryKey: ["payment", orderId, version],
    queryFn: () => ifAny(answered(api.GET("/api/payments/{orderId}", params))),
  });
  const shipment = useQuery({
    queryKey: ["shipment", orderId, version],
    queryFn: () => ifAny(answered(api.GET("/api/shipments/{orderId}", params))),
  });
  const delivery = useQuery({
    queryKey: ["delivery", orderId, version],
    queryFn: () => ifAny(answered(api.GET("/api/deliveries/{orderId}", params))),
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
  /** The order's version, as far as it is known. */
  readonly version: number;
}

/** Items, total, payment, shipment and delivery. */
export function Facts({ order, version }: FactsProps) {
  const { payment, shipment, delivery } = useFacts(order.orderId, version);
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
        <Fact name="Payment" query={payment} none="Not begun">
          {({ state, declineReason }) =>
            [paymentWords[state] ?? words(state), declineReason && words(declineReason)]
              .filter(Boolean)
              .join(": ")
          }
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
