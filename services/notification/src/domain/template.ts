import { formatMoney } from "./money.ts";
import type { News, Notification, State } from "./notification.ts";

/** A template per event. The texts come after a greeting, which is added when they are sent. */
const templates: Readonly<Record<State, (news: News) => { subject: string; text: string }>> = {
  PENDING: (news) => ({
    subject: `We have received your order ${news.orderId}`,
    text: `Thank you for your order ${news.orderId}.${total(news)} You can cancel it until it is confirmed.`,
  }),
  CONFIRMED: (news) => ({
    subject: `Your order ${news.orderId} is confirmed`,
    text: `Your order ${news.orderId} is confirmed.${total(news)} It cannot be cancelled any more.`,
  }),
  PROCESSING: (news) =>
    news.total?.minorUnits === 0n
      ? {
          subject: `Your order ${news.orderId} is being prepared`,
          text: `Your order ${news.orderId} costs nothing. We are preparing it for shipping.`,
        }
      : {
          subject: `Your payment is received: order ${news.orderId}`,
          text: `We have received your payment${amount(news)} for order ${news.orderId}, and are preparing it for shipping.`,
        },
  SHIPPED: ({ orderId }) => ({
    subject: `Your order ${orderId} is on its way`,
    text: `We have handed your order ${orderId} to the carrier.`,
  }),
  DELIVERED: ({ orderId }) => ({
    subject: `Your order ${orderId} is delivered`,
    text: `Your order ${orderId} is delivered. Thank you for shopping with us.`,
  }),
  CANCELLED: (news) => ({
    subject: `Your order ${news.orderId} is cancelled`,
    text: `Your order ${news.orderId} is cancelled.${because(news)} You are not charged; a payment that was authorised for it is released.`,
  }),
};

/** What the customer is told of the event. */
export function compose(news: News): Notification {
  const { orderId, version, userId, state, occurredAt, traceparent } = news;
  return { orderId, version, userId, state, occurredAt, traceparent, ...templates[state](news) };
}

const amount = ({ total }: News): string =>
  total === undefined ? "" : ` of ${formatMoney(total)}`;

const total = ({ total }: News): string =>
  total === undefined
    ? " We will tell you the total as soon as it is known."
    : ` The total is ${formatMoney(total)}.`;

/** Reasons of our own. What a person wrote is not repeated: it need not have been written for the customer. */
const reasons: Readonly<Record<string, string>> = {
  OUT_OF_STOCK: " What you ordered is out of stock.",
  PAYMENT_DECLINED: " Your payment was declined.",
  TIMED_OUT: " We could not complete it in time.",
  EXPIRED: " It was not confirmed in time.",
};

const because = ({ reason }: News): string =>
  Object.hasOwn(reasons, reason) ? (reasons[reason] ?? "") : "";
