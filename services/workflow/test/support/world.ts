import { ErrorReason } from "@waybill/contracts/errors";
import {
  ActorKind,
  OrderEvent,
  OrderState,
  ReservationMode,
  Status,
} from "@waybill/contracts/status";
import { refuse, toFailure } from "@waybill/rpc";

export const total = { minorUnits: 1_000n, currency: "EUR" };

export type Fence = "NONE" | "PENDING" | "TRIED" | "DECLINED" | "CONFIRMED" | "CANCELLED";

/** All that the four services know of one order. */
export interface FakeOrder {
  status: Status;
  itemId: string;
  paymentMethod: string;
  priced: boolean;
  reservation: Fence;
  payment: Fence;
}

export type Service = "order" | "item" | "payment" | "status";

export interface Placing {
  readonly orderId: string;
  readonly paymentMethod?: string;
  readonly itemId?: string;
  readonly deferred?: boolean;
  readonly placedAt?: Date;
  readonly expiresAt?: Date;
}

/** The orders as the four other services have them, and the events that status would publish. */
export class World {
  readonly orders = new Map<string, FakeOrder>();
  /** The services that do not answer. */
  readonly down = new Set<Service>();
  /** One entry per call that was made, such as item.batchTryReservations. */
  readonly calls: string[] = [];
  /** Runs before a call is answered. */
  before: (call: string) => Promise<void> | void = () => {};
  /** Runs before the answer of a payment's Try is given, when it is settled already. */
  afterTryPayments: () => Promise<void> | void = () => {};
  /** Where events go. */
  publish: (event: OrderEvent, publication: number) => void = () => {};

  /** Places an order whose stock is held, unless it is deferred. */
  place(placing: Placing): OrderEvent {
    const { orderId, paymentMethod = "pm_ok", itemId = "item-1", deferred = false } = placing;
    const { placedAt = new Date(), expiresAt } = placing;
    const status = Status.fromPartial({
      orderId,
      userId: "user-1",
      state: OrderState.PENDING,
      version: 1,
      reservationMode: deferred ? ReservationMode.DEFERRED : ReservationMode.HELD,
      total: deferred ? undefined : total,
      placedAt,
      movedAt: placedAt,
      expiresAt,
    });
    const reservation = deferred ? "NONE" : "TRIED";
    const payment = "NONE";
    const order = {
      status,
      itemId,
      paymentMethod,
      priced: !deferred,
      reservation,
      payment,
    } as const;
    this.orders.set(orderId, order);
    return this.announce(orderId);
  }

  /** The compare-and-set; false when the order is in another state. */
  move(orderId: string, from: OrderState, to: OrderState, reason = ""): boolean {
    const { status } = this.order(orderId);
    if (status.state !== from) return status.state === to && status.previousState === from;
    const version = status.version + 1;
    const moved = { state: to, previousState: from, version, movedAt: new Date(), reason };
    Object.assign(status, moved);
    this.announce(orderId);
    return true;
  }

  /** Publishes the order's last transition, for the n-th time. */
  announce(orderId: string, publication = 1): OrderEvent {
    const { status } = this.order(orderId);
    const event = OrderEvent.fromPartial({
      orderId,
      version: status.version,
      from: status.previousState,
      to: status.state,
      reason: status.reason,
      actor: { kind: ActorKind.SERVICE, id: "workflow" },
      occurredAt: status.movedAt,
      userId: status.userId,
      total: status.total,
      placedAt: status.placedAt,
      reservationMode: status.reservationMode,
      expiresAt: status.expiresAt,
    });
    this.publish(event, publication);
    return event;
  }

  order(orderId: string): FakeOrder {
    const order = this.orders.get(orderId);
    if (order === undefined) throw refuse.notFound(ErrorReason.ORDER_NOT_FOUND, "no such order");
    return order;
  }

  stateOf = (orderId: string): OrderState => this.order(orderId).status.state;
  reasonOf = (orderId: string): string => this.order(orderId).status.reason;
  /** Reservation and payment, such as "CONFIRMED CONFIRMED". */
  fencesOf = (orderId: string): string =>
    `${this.order(orderId).reservation} ${this.order(orderId).payment}`;

  /** Counts a call of a service, and fails it while that is down. */
  async called(service: Service, call: string): Promise<void> {
    this.calls.push(`${service}.${call}`);
    await this.before(call);
    if (!this.down.has(service)) return;
    throw refuse.unavailable(ErrorReason.CALLEE_UNAVAILABLE, `${service} does not answer`, 100);
  }
}

/** One result for each element; what throws is a failure of that element alone. */
export const resultsOf = <Element, Value>(
  elements: readonly Element[],
  apply: (element: Element) => Value,
) =>
  elements.map((element) => {
    try {
      return { result: { $case: "response" as const, value: apply(element) } };
    } catch (error) {
      return { result: { $case: "failure" as const, value: toFailure(error) } };
    }
  });
