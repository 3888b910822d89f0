import { ErrorReason, type Failure } from "@waybill/contracts/errors";
import type { ReservationLine } from "@waybill/contracts/item";
import type { Order } from "@waybill/contracts/order";
import { OrderState } from "@waybill/contracts/status";
import { decideTried, overdue } from "../domain/decision.ts";
import { cancelReasonOf } from "../domain/failure.ts";
import { finished, type OrderFacts, type Outcome } from "../domain/process.ts";
import { askAll, present, proceed } from "./askAll.ts";
import { applyDecisions, type Decided } from "./decideOrders.ts";
import { type Outcomes, outcomeOf } from "./outcomes.ts";
import type { Workshop } from "./ports.ts";

/** An order on its way through the Tries, with its content. */
interface Trying {
  readonly order: OrderFacts;
  readonly content: Order;
}

/**
 * TRY: secures stock (where it was deferred) and payment, and decides what can be decided; what is secured and has to wait is marked.
 * A handful of calls for any number of orders; one that fails leaves at that point, and the others go on.
 */
export async function tryOrders(
  workshop: Workshop,
  orders: readonly OrderFacts[],
): Promise<Outcomes> {
  const round = new Round();
  const now = workshop.clock();
  const timely = orders.filter((order) => {
    const decision = overdue(order, now, workshop.decisions);
    if (decision !== undefined) round.decided.push({ order, decision, stayIn: "TRY" });
    return decision === undefined;
  });
  const read = await readContents(workshop, timely, round);
  const reserved = await reserveDeferred(workshop, read, round);
  const authorised = await authorise(workshop, reserved, round);
  const waiting = decide(workshop, authorised, round);
  await markTried(workshop, waiting, round);
  for (const [orderId, outcome] of await applyDecisions(workshop, round.decided)) {
    round.outcomes.set(orderId, outcome);
  }
  return round.outcomes;
}

/** What has become of the orders that left the round so far. */
class Round {
  readonly outcomes = new Map<string, Outcome>();
  readonly decided: Decided[] = [];

  /** The order's Try failed: that ends the order, or it waits. */
  leave(call: string, { order }: { readonly order: OrderFacts }, failure: Failure): void {
    const reason = cancelReasonOf(failure);
    if (reason !== undefined) {
      this.decided.push({ order, decision: { kind: "cancel", reason }, stayIn: "TRY" });
    } else {
      this.outcomes.set(order.orderId, outcomeOf("TRY", call, failure));
    }
  }
}

async function readContents(
  { callees }: Workshop,
  orders: readonly OrderFacts[],
  round: Round,
): Promise<readonly Trying[]> {
  const answers = await askAll(orders, (batch) =>
    callees.order.batchGetOrders({
      orderIds: batch.map(({ orderId }) => orderId),
      contentOnly: true,
    }),
  );
  return proceed(
    orders,
    answers,
    (order, { order: content }) => ({ order, content: present(content, "order") }),
    (order, { failure }) => round.leave("GetOrder", { order }, failure),
  );
}

/** Holds stock for those that were accepted without, and records the prices that come with it. Those that have prices hold stock. */
async function reserveDeferred(
  { callees }: Workshop,
  all: readonly Trying[],
  round: Round,
): Promise<readonly Trying[]> {
  const unpriced = all.filter(({ content }) => content.total === undefined);
  const reservations = await askAll(unpriced, (batch) =>
    callees.item.batchTryReservations({ requests: batch.map(reservationRequest) }),
  );
  const reserved = proceed(
    unpriced,
    reservations,
    (trying, { reservation }) => ({ ...trying, reservation: present(reservation, "reservation") }),
    (trying, { failure }) => round.leave("TryReservation", trying, failure),
  );
  const records = await askAll(reserved, (batch) =>
    callees.order.batchRecordPrices({
      requests: batch.map(({ order, reservation: { lines, total } }) => ({
        orderId: order.orderId,
        lines: lines.map(priced),
        total,
        traceparent: order.traceparent,
      })),
    }),
  );
  const recorded = proceed(
    reserved,
    records,
    ({ order }, { order: content }) => ({ order, content: present(content, "order") }),
    (trying, { failure }) => round.leave("RecordPrices", trying, failure),
  );
  return [...all.filter(({ content }) => content.total !== undefined), ...recorded];
}

async function authorise(
  { callees }: Workshop,
  all: readonly Trying[],
  round: Round,
): Promise<readonly Trying[]> {
  const answers = await askAll(all, (batch) =>
    callees.payment.batchTryPayments({
      requests: batch.map(({ order, content }) => ({
        transactionId: order.orderId,
        userId: content.userId,
        amount: content.total,
        paymentMethod: content.paymentMethod,
        traceparent: order.traceparent,
      })),
    }),
  );
  return proceed(
    all,
    answers,
    (trying) => trying,
    (trying, { failure }) => round.leave("TryPayment", trying, failure),
  );
}

/** What is secured and still open, and until when. */
interface Waiting extends Trying {
  readonly until: Date;
}

/** Decides what is secured; answers what has to wait for its decision. */
function decide(
  { clock, decisions }: Workshop,
  all: readonly Trying[],
  round: Round,
): readonly Waiting[] {
  const now = clock();
  return all.flatMap((trying) => {
    const { order, content } = trying;
    const decision = decideTried(order, now, decisions);
    if (decision.kind === "wait") return [{ ...trying, until: decision.until }];
    round.decided.push({ order, decision, stayIn: "TRY", tried: { total: content.total } });
    return [];
  });
}

/** Marks what has to wait; status tells at the same time which orders somebody else has decided already. */
async function markTried(
  { callees }: Workshop,
  all: readonly Waiting[],
  round: Round,
): Promise<void> {
  const answers = await askAll(all, (batch) =>
    callees.status.batchMarkTried({
      requests: batch.map(({ order, content }) => ({
        orderId: order.orderId,
        total: content.total,
        traceparent: order.traceparent,
      })),
    }),
  );
  proceed(
    all,
    answers,
    ({ order, until }, { status }) => {
      const isOpen = present(status, "status").state === OrderState.PENDING;
      const waiting = { kind: "waiting", step: "DECIDE", until } as const;
      round.outcomes.set(order.orderId, isOpen ? waiting : finished);
    },
    (trying, { failure }) => {
      if (failure.reason === ErrorReason.ORDER_CANCELLED) {
        round.outcomes.set(trying.order.orderId, finished); // Its own event makes the Cancels.
      } else {
        round.leave("MarkTried", trying, failure);
      }
    },
  );
}

const reservationRequest = ({ order, content }: Trying) => ({
  transactionId: order.orderId,
  userId: content.userId,
  lines: content.lines.map(({ itemId, quantity }) => ({ itemId, quantity })),
  traceparent: order.traceparent,
});

const priced = ({ itemId, quantity, name, unitPrice }: ReservationLine) => ({
  itemId,
  quantity,
  name,
  unitPrice,
});
