import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "@waybill/chassis";
import { type Delivery, DeliveryServiceDefinition } from "@waybill/contracts/delivery";
import { type Item, ItemServiceDefinition } from "@waybill/contracts/item";
import {
  Channel,
  NotificationServiceDefinition,
  SendingState,
} from "@waybill/contracts/notification";
import { type Order, OrderServiceDefinition } from "@waybill/contracts/order";
import { PaymentServiceDefinition, PaymentState } from "@waybill/contracts/payment";
import { ShippingServiceDefinition } from "@waybill/contracts/shipping";
import {
  ActorKind,
  OrderState,
  ReservationMode,
  StatusServiceDefinition,
} from "@waybill/contracts/status";
import { UserServiceDefinition } from "@waybill/contracts/user";
import {
  DeadLetterVerdict,
  ProcessState,
  ProcessStep,
  WorkflowServiceDefinition,
} from "@waybill/contracts/workflow";
import { type CallContext, createClient, type RpcServer, startServer } from "@waybill/rpc";
import type { Clients } from "../../src/app/clients.ts";

/** A moment, and how the answers write it. */
export const at = new Date("2026-01-02T03:04:05.678Z");
export const atText = "2026-01-02T03:04:05.678Z";

export const euros = (minorUnits: bigint) => ({ minorUnits, currency: "EUR" });

export const order = (changes: Partial<Order> = {}): Order => ({
  orderId: "o-1",
  userId: "alice",
  lines: [{ itemId: "tea", quantity: 2, name: "Green tea", unitPrice: euros(790n) }],
  paymentMethod: "pm_ok",
  shipTo: undefined,
  total: euros(1580n),
  state: OrderState.PENDING,
  version: 1,
  tried: false,
  reservationMode: ReservationMode.HELD,
  placedAt: at,
  expiresAt: undefined,
  reason: "",
  traceparent: "",
  ...changes,
});

export const item: Item = {
  itemId: "tea",
  name: "Green tea",
  unitPrice: euros(790n),
  onHand: 10n,
  held: 3n,
  version: 1,
  createdAt: at,
  updatedAt: at,
};

export const transition = (version: number, to: OrderState, from: OrderState = 0) => ({
  orderId: "o-1",
  version,
  from,
  to,
  reason: "",
  actor: { kind: ActorKind.CUSTOMER, id: "alice" },
  occurredAt: at,
  traceparent: "",
});

const delivery: Delivery = {
  orderId: "o-1",
  userId: "alice",
  startedAt: at,
  dueAt: at,
  deliveredAt: undefined,
};

const tokens = {
  accessToken: "access",
  expiresAt: at,
  refreshToken: "refresh",
  refreshExpiresAt: at,
};

const user = {
  userId: "alice",
  name: "Alice",
  email: "alice@example.com",
  roles: [],
  createdAt: at,
};

const process = {
  orderId: "o-1",
  step: ProcessStep.TRY,
  state: ProcessState.STUCK,
  since: at,
  nextAt: at,
  attempts: 3,
  lastError: "nobody answers",
  placedAt: at,
};

const deadLetter = {
  deadLetterId: "d-1",
  consumer: "workflow",
  reason: "UNDECODABLE",
  error: "bad bytes",
  subject: "orders.v1.placed.o-1",
  stream: "ORDERS",
  sequence: 7n,
  eventId: "",
  eventType: "",
  payload: Buffer.from("?"),
  payloadJson: "",
  deadAt: at,
};

const notification = {
  orderId: "o-1",
  version: 1,
  userId: "alice",
  state: OrderState.PENDING,
  subject: "Your order",
  text: "It is placed.",
  occurredAt: at,
  sendings: [
    {
      channel: Channel.EMAIL,
      state: SendingState.SENT,
      attempts: 1,
      lastError: "",
      sentAt: at,
    },
  ],
};

const payment = {
  transactionId: "o-1",
  userId: "alice",
  amount: euros(1580n),
  paymentMethod: "pm_ok",
  state: PaymentState.TRIED,
  providerReference: "ref",
  declineReason: "",
  expiresAt: at,
  createdAt: at,
  updatedAt: at,
};

const shipment = {
  orderId: "o-1",
  userId: "alice",
  carrier: "express",
  trackingNumber: "T1",
  bookedAt: at,
  shippedAt: undefined,
};

type Handler = (request: never, context: CallContext) => unknown;

/** What the fakes answer unless a test says otherwise. */
const usual: Readonly<Record<string, Handler>> = {
  createOrder: () => ({ order: order(), replayed: false }),
  getOrder: () => ({ order: order() }),
  listOrders: () => ({ orders: [order()], nextPageToken: "" }),
  cancelOrder: () => ({ order: order({ state: OrderState.CANCELLED }) }),
  tryOrder: () => ({ order: order() }),
  confirmOrder: () => ({ order: order({ state: OrderState.CONFIRMED }) }),
  listTransitions: () => ({ transitions: [transition(1, OrderState.PENDING)] }),
  summarizeStatuses: () => ({
    states: [
      {
        state: OrderState.PENDING,
        orders: 3n,
        more: false,
        oldestMovedAt: at,
        medianStayMs: 5_000n,
        p95StayMs: 9_000n,
      },
      { state: OrderState.DELIVERED, orders: 100_000n, more: true },
    ],
  }),
  async *watchStatuses() {
    yield { transition: transition(1, OrderState.PENDING), position: "p1" };
  },
  listItems: () => ({ items: [item], nextPageToken: "" }),
  getItem: () => ({ item }),
  createItem: () => ({ item }),
  updateItem: () => ({ item }),
  adjustStock: () => ({ item }),
  getPayment: () => ({ payment }),
  createUser: () => ({ user }),
  setPassword: () => ({}),
  authenticate: () => ({ user, tokens }),
  refreshTokens: () => ({ tokens }),
  revokeTokens: () => ({}),
  listSigningKeys: () => ({ jwksJson: '{"keys":[{"kid":"k1","kty":"OKP"}]}' }),
  listProcesses: () => ({ processes: [process], nextPageToken: "" }),
  retryProcess: () => ({ process }),
  listDeadLetters: () => ({ deadLetters: [deadLetter], nextPageToken: "" }),
  replayDeadLetter: () => ({ sequence: 8n }),
  discardDeadLetter: () => ({}),
  listDeadLetterDecisions: () => ({
    decisions: [
      {
        deadLetter,
        verdict: DeadLetterVerdict.REPLAYED,
        reason: "",
        decidedBy: "USER root",
        decidedAt: at,
        replayedAs: 8n,
      },
    ],
    nextPageToken: "",
  }),
  listConsumers: () => ({
    consumers: [
      { name: "shipping", stream: "ORDERS", pending: 7n, unacknowledged: 2n, redelivered: 1n },
    ],
  }),
  getShipment: () => ({ shipment }),
  getDelivery: () => ({ delivery }),
  listNotifications: () => ({ notifications: [notification], nextPageToken: "" }),
};

const definitions = {
  orders: OrderServiceDefinition,
  statuses: StatusServiceDefinition,
  items: ItemServiceDefinition,
  payments: PaymentServiceDefinition,
  users: UserServiceDefinition,
  workflow: WorkflowServiceDefinition,
  shipping: ShippingServiceDefinition,
  delivery: DeliveryServiceDefinition,
  notifications: NotificationServiceDefinition,
};

/** One call that has reached a service. */
export interface Received {
  readonly method: string;
  readonly request: Readonly<Record<string, unknown>>;
  readonly authorization: string | undefined;
  readonly signal: AbortSignal;
}

/** Every service, in one process, answering what tests want. */
export class Fakes implements AsyncDisposable {
  readonly received: Received[] = [];
  readonly #servers: RpcServer[] = [];
  #handlers: Record<string, Handler> = {};
  #failure: unknown;

  /** Starts so many replicas. */
  static async start(logger: Logger, replicas = 1): Promise<Fakes> {
    const fakes = new Fakes();
    for (let replica = 0; replica < replicas; replica++) {
      const services = Object.values(definitions).map((definition) => [
        definition,
        fakes.#implementation(definition, replica),
      ]);
      const server = await startServer({
        name: "fakes",
        host: "127.0.0.1",
        port: 0,
        logger,
        services: services as never,
      });
      server.serve();
      fakes.#servers.push(server);
    }
    return fakes;
  }

  /** How many calls each replica has had. */
  readonly perReplica: number[] = [];

  #implementation(definition: { methods: object }, replica: number): object {
    const answer = (method: string, request: unknown, context: CallContext) => {
      this.perReplica[replica] = (this.perReplica[replica] ?? 0) + 1;
      const authorization = context.metadata.get("authorization");
      const { signal } = context;
      this.received.push({ method, request: request as never, authorization, signal });
      if (this.#failure !== undefined) throw this.#failure;
      const handler = this.#handlers[method] ?? usual[method];
      if (handler === undefined) throw new Error(`nobody has said what ${method} answers`);
      return handler(request as never, context);
    };
    const methods = Object.entries(definition.methods).map(([name, { responseStream }]) => [
      name,
      responseStream
        ? async function* (request: unknown, context: CallContext) {
            yield* answer(name, request, context) as AsyncIterable<unknown>;
          }
        : async (request: unknown, context: CallContext) => answer(name, request, context),
    ]);
    return Object.fromEntries(methods);
  }

  /** Lets a method answer something else, until reset. */
  on(method: string, handler: Handler): void {
    this.#handlers[method] = handler;
  }

  /** Lets everything fail with this, until reset. */
  failWith(failure: unknown): void {
    this.#failure = failure;
  }

  reset(): void {
    this.#handlers = {};
    this.#failure = undefined;
    this.received.length = 0;
    this.perReplica.length = 0;
  }

  /** The last call of this method. */
  last(method: string): Received {
    const call = this.received.findLast((received) => received.method === method);
    if (call === undefined) throw new Error(`${method} was not called`);
    return call;
  }

  /** Clients of all replicas, who present the gateway's own token unless told otherwise. */
  clients(logger: Logger): Clients & AsyncDisposable {
    const address = this.#servers.map((server) => server.address).join(",");
    const made = Object.entries(definitions).map(([name, definition]) => [
      name,
      createClient(definition as typeof OrderServiceDefinition, {
        callee: "fakes",
        address,
        logger,
        token: () => "own",
        attempts: 1,
      }),
    ]);
    const clients = Object.fromEntries(made) as unknown as Clients;
    const dispose = async () => {
      for (const client of Object.values(clients)) await client[Symbol.asyncDispose]();
    };
    return Object.assign(clients, { [Symbol.asyncDispose]: dispose });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers) await server.drain();
  }
}

/** Waits until the condition holds, within 5 s. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within 5 s: ${condition}`);
    await delay(5);
  }
}
