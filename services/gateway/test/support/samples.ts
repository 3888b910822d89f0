import { atText } from "./fakes.ts";

/** A request of each route that succeeds, and its answer to the letter. */
export interface Sample {
  readonly route: string;
  readonly path: string;
  readonly as?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status?: number;
  readonly answer: unknown;
}

const orderBody = {
  orderId: "o-1",
  userId: "alice",
  status: "PENDING",
  items: [{ itemId: "tea", quantity: 2, itemName: "Green tea", unitPrice: 790 }],
  total: 1580,
  currency: "EUR",
  paymentMethod: "pm_ok",
  version: 1,
  placedAt: atText,
};

const itemBody = {
  itemId: "tea",
  itemName: "Green tea",
  availableQty: 7,
  onHand: 10,
  held: 3,
  unitPrice: 790,
  currency: "EUR",
  version: 1,
  createdAt: atText,
  updatedAt: atText,
};

const transitionBody = {
  orderId: "o-1",
  version: 1,
  status: "PENDING",
  actor: { kind: "CUSTOMER", id: "alice" },
  occurredAt: atText,
};

const tokens = {
  accessToken: "access",
  tokenType: "Bearer",
  expiresAt: atText,
  refreshToken: "refresh",
  refreshExpiresAt: atText,
};

const processBody = {
  orderId: "o-1",
  step: "TRY",
  state: "STUCK",
  since: atText,
  nextAt: atText,
  attempts: 3,
  lastError: "nobody answers",
  placedAt: atText,
};

const deadEnvelope = {
  deadLetterId: "d-1",
  consumer: "workflow",
  reason: "UNDECODABLE",
  error: "bad bytes",
  subject: "orders.v1.placed.o-1",
  stream: "ORDERS",
  sequence: 7,
  deadAt: atText,
};

const deadLetterBody = { ...deadEnvelope, payloadBase64: "Pw==" };

const decisionBody = {
  deadLetter: deadEnvelope,
  verdict: "REPLAYED",
  decidedBy: "USER root",
  decidedAt: atText,
  replayedAs: 8,
};

const placed = { order: { items: [{ itemId: "tea", quantity: 2 }] } };
const eventText = (id: string) =>
  `retry: 1000\n\nid: ${id}\ndata: ${JSON.stringify(transitionBody)}\n\n`;

const login = { email: "alice@example.com", password: "correct horse" };
const refresh = { refreshToken: "refresh" };
const session = { accessToken: "access", tokenType: "Bearer", expiresAt: atText };
const cookie = { cookie: "waybill_refresh=refresh" };

export const samples: readonly Sample[] = [
  {
    route: "POST /api/users",
    path: "/api/users",
    body: { name: "Alice", email: "alice@example.com" },
    status: 201,
    answer: { message: "User registered successfully", userId: "alice" },
  },
  {
    route: "PUT /api/users/{userId}/password",
    path: "/api/users/alice/password",
    as: "alice",
    body: { newPassword: "correct horse" },
    status: 204,
    answer: "",
  },
  {
    route: "POST /api/auth/login",
    path: "/api/auth/login",
    body: login,
    answer: { ...tokens, userId: "alice" },
  },
  { route: "POST /api/auth/refresh", path: "/api/auth/refresh", body: refresh, answer: tokens },
  {
    route: "POST /api/auth/logout",
    path: "/api/auth/logout",
    body: refresh,
    answer: { message: "Logged out successfully" },
  },
  {
    route: "POST /api/session",
    path: "/api/session",
    body: login,
    answer: session,
  },
  {
    route: "POST /api/session/refresh",
    path: "/api/session/refresh",
    body: {},
    headers: cookie,
    answer: session,
  },
  {
    route: "POST /api/session/end",
    path: "/api/session/end",
    body: {},
    headers: cookie,
    answer: { message: "Logged out successfully" },
  },
  {
    route: "GET /.well-known/jwks.json",
    path: "/.well-known/jwks.json",
    answer: { keys: [{ kid: "k1", kty: "OKP" }] },
  },
  {
    route: "POST /api/inventory",
    path: "/api/inventory",
    as: "root",
    body: { itemId: "tea", itemName: "Green tea", availableQty: 10 },
    status: 201,
    answer: { message: "Inventory item added", itemId: "tea" },
  },
  { route: "GET /api/inventory", path: "/api/inventory", as: "alice", answer: [itemBody] },
  {
    route: "GET /api/inventory/{itemId}",
    path: "/api/inventory/tea",
    as: "alice",
    answer: itemBody,
  },
  {
    route: "PATCH /api/inventory/{itemId}",
    path: "/api/inventory/tea",
    as: "root",
    body: { itemName: "Green tea" },
    answer: itemBody,
  },
  {
    route: "POST /api/inventory/{itemId}/adjustments",
    path: "/api/inventory/tea/adjustments",
    as: "root",
    body: { delta: -2, reason: "broken" },
    answer: itemBody,
  },
  {
    route: "POST /api/orders",
    path: "/api/orders",
    as: "alice",
    body: placed,
    status: 201,
    answer: { message: "Order placed successfully", orderId: "o-1" },
  },
  { route: "GET /api/orders", path: "/api/orders", as: "alice", answer: [orderBody] },
  {
    route: "GET /api/orders/user/{userId}",
    path: "/api/orders/user/alice",
    as: "alice",
    answer: [orderBody],
  },
  { route: "GET /api/orders/{orderId}", path: "/api/orders/o-1", as: "alice", answer: orderBody },
  {
    route: "GET /api/orders/{orderId}/timeline",
    path: "/api/orders/o-1/timeline",
    as: "alice",
    answer: [transitionBody],
  },
  {
    route: "GET /api/orders/{orderId}/events",
    path: "/api/orders/o-1/events",
    as: "alice",
    answer: eventText("1"),
  },
  { route: "GET /api/events", path: "/api/events", as: "root", answer: eventText("p1") },
  {
    route: "POST /api/orders/{orderId}/cancel",
    path: "/api/orders/o-1/cancel",
    as: "alice",
    answer: { message: "Order cancelled successfully", orderId: "o-1", status: "CANCELLED" },
  },
  {
    route: "PUT /api/orders/{orderId}/status",
    path: "/api/orders/o-1/status",
    as: "root",
    body: { status: "PAID" },
    answer: { message: "Order status updated successfully", orderId: "o-1", status: "CONFIRMED" },
  },
  {
    route: "POST /api/orders/try",
    path: "/api/orders/try",
    as: "coordinator",
    body: { order: { ...placed.order, orderId: "o-1", userId: "alice" } },
    answer: { message: "Order tried successfully", orderId: "o-1", status: "PENDING" },
  },
  {
    route: "POST /api/orders/{orderId}/confirm",
    path: "/api/orders/o-1/confirm",
    as: "coordinator",
    answer: { message: "Order confirmed successfully", orderId: "o-1", status: "CONFIRMED" },
  },
  {
    route: "GET /api/notifications",
    path: "/api/notifications",
    as: "alice",
    answer: [
      {
        orderId: "o-1",
        version: 1,
        userId: "alice",
        status: "PENDING",
        subject: "Your order",
        text: "It is placed.",
        occurredAt: atText,
        sendings: [{ channel: "EMAIL", state: "SENT", attempts: 1, sentAt: atText }],
      },
    ],
  },
  {
    route: "GET /api/payments/{orderId}",
    path: "/api/payments/o-1",
    as: "alice",
    answer: {
      orderId: "o-1",
      userId: "alice",
      amount: 1580,
      currency: "EUR",
      paymentMethod: "pm_ok",
      state: "TRIED",
      providerReference: "ref",
      createdAt: atText,
      updatedAt: atText,
    },
  },
  {
    route: "GET /api/shipments/{orderId}",
    path: "/api/shipments/o-1",
    as: "alice",
    answer: {
      orderId: "o-1",
      userId: "alice",
      carrier: "express",
      trackingNumber: "T1",
      bookedAt: atText,
    },
  },
  {
    route: "GET /api/deliveries/{orderId}",
    path: "/api/deliveries/o-1",
    as: "alice",
    answer: { orderId: "o-1", userId: "alice", startedAt: atText, dueAt: atText },
  },
  {
    route: "GET /api/workflow/processes",
    path: "/api/workflow/processes",
    as: "root",
    answer: [processBody],
  },
  {
    route: "POST /api/workflow/processes/{orderId}/retry",
    path: "/api/workflow/processes/o-1/retry",
    as: "root",
    answer: processBody,
  },
  {
    route: "GET /api/dead-letters",
    path: "/api/dead-letters",
    as: "root",
    answer: [deadLetterBody],
  },
  {
    route: "POST /api/dead-letters/{deadLetterId}/replay",
    path: "/api/dead-letters/d-1/replay",
    as: "root",
    answer: { message: "Dead letter replayed", deadLetterId: "d-1", sequence: 8 },
  },
  {
    route: "DELETE /api/dead-letters/{deadLetterId}",
    path: "/api/dead-letters/d-1",
    as: "root",
    answer: { message: "Dead letter discarded", deadLetterId: "d-1" },
  },
  {
    route: "GET /api/dead-letters/decisions",
    path: "/api/dead-letters/decisions",
    as: "root",
    answer: [decisionBody],
  },
  {
    route: "GET /api/system/services",
    path: "/api/system/services",
    as: "root",
    answer: [{ service: "order", health: "SERVING", breaker: "closed" }],
  },
  {
    route: "GET /api/system/flow",
    path: "/api/system/flow",
    as: "root",
    answer: [
      {
        status: "PENDING",
        orders: 3,
        more: false,
        oldestMovedAt: atText,
        medianStayMs: 5_000,
        p95StayMs: 9_000,
      },
      { status: "DELIVERED", orders: 100_000, more: true },
    ],
  },
  {
    route: "GET /api/system/consumers",
    path: "/api/system/consumers",
    as: "root",
    answer: [{ name: "shipping", stream: "ORDERS", pending: 7, unacknowledged: 2, redelivered: 1 }],
  },
  { route: "GET /healthz", path: "/healthz", answer: { status: "alive" } },
  { route: "GET /readyz", path: "/readyz", answer: { status: "ready" } },
];
