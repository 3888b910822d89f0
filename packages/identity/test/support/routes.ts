import type { CallerName, Expected } from "./matrix.ts";
import { expectedFor } from "./matrix.ts";
import { orderOf, passwordOf } from "./shop.ts";

/**
 * The status by which each route of the gateway answers. Nobody: each caller without a valid token. Own and others': a customer asking for
 * what is its own, and for what is another's, where a route tells them apart. Admins and services ask for that customer's.
 *
 * 400 and 409 are refusals of what was asked, not of who asked: the orders are delivered, and too late to be decided about.
 */
const statuses = `
  route                                            nobody  own  others'  admin  service

  POST   /api/users                                   201  201      201    201      201
  PUT    /api/users/{userId}/password                 401  204      404    204      403
  POST   /api/auth/login                              200  200      200    200      200
  POST   /api/auth/refresh                            401  401      401    401      401
  POST   /api/auth/logout                             200  200      200    200      200
  POST   /api/session                                 200  200      200    200      200
  POST   /api/session/refresh                         204  204      204    204      204
  POST   /api/session/end                             200  200      200    200      200
  GET    /.well-known/jwks.json                       200  200      200    200      200

  POST   /api/inventory                               401  403      403    201      403
  GET    /api/inventory                               401  200      200    200      200
  GET    /api/inventory/{itemId}                      401  200      200    200      200
  PATCH  /api/inventory/{itemId}                      401  403      403    200      403
  POST   /api/inventory/{itemId}/adjustments          401  403      403    200      403

  POST   /api/orders                                  401  201      403    201      201
  GET    /api/orders                                  401  200      200    200      200
  GET    /api/orders/user/{userId}                    401  200      403    200      200
  GET    /api/orders/{orderId}                        401  200      404    200      200
  GET    /api/orders/{orderId}/timeline               401  200      404    200      200
  GET    /api/orders/{orderId}/events                 401  200      404    200      200
  GET    /api/events                                  401  403      403    200      403
  POST   /api/orders/{orderId}/cancel                 401  400      404    400      400
  PUT    /api/orders/{orderId}/status                 401  403      403    409      403
  POST   /api/orders/try                              401  403      403    409      409
  POST   /api/orders/{orderId}/confirm                401  403      403    200      200

  GET    /api/notifications                           401  200      200    200      200
  GET    /api/payments/{orderId}                      401  200      404    200      200
  GET    /api/shipments/{orderId}                     401  200      404    200      200
  GET    /api/deliveries/{orderId}                    401  200      404    200      200

  GET    /api/workflow/processes                      401  403      403    200      403
  POST   /api/workflow/processes/{orderId}/retry      401  403      403    404      403
  GET    /api/dead-letters                            401  403      403    200      403
  POST   /api/dead-letters/{deadLetterId}/replay      401  403      403    404      403
  DELETE /api/dead-letters/{deadLetterId}             401  403      403    200      403
  GET    /api/dead-letters/decisions                  401  403      403    200      403

  GET    /api/system/services                         401  403      403    200      403
  GET    /api/system/flow                             401  403      403    200      403
  GET    /api/system/consumers                        401  403      403    200      403

  GET    /healthz                                     200  200      200    200      200
  GET    /readyz                                      200  200      200    200      200
  GET    /docs                                        200  200      200    200      200
  GET    /openapi.json                                200  200      200    200      200
`;

/** Routes that the document does not describe: its own. */
export const undocumented: readonly string[] = ["GET /docs", "GET /openapi.json"];

/** One route of the gateway, and how each caller is answered. */
export interface Route {
  /** As the document names it: "GET /api/orders/{orderId}". */
  readonly name: string;
  readonly method: string;
  /** The path for what belongs to this user. */
  path(userId: string): string;
  /** What is sent; undefined for nothing. */
  body(userId: string): object | undefined;
  status(caller: CallerName): number;
}

/** Every route. */
export const routes: readonly Route[] = statuses
  .split("\n")
  .map((line) => line.trim().split(/\s+/))
  .filter(([method = ""]) => /^[A-Z]+$/.test(method))
  .map(routeOf);

function routeOf([method = "", pattern = "", ...codes]: readonly string[]): Route {
  const [nobody = "", own = "", others = "", admin = "", service = ""] = codes;
  const expected: Expected = { nobody, own, others, admin, service };
  const name = `${method} ${pattern}`;
  return {
    name,
    method,
    path: (userId) => pattern.replace(/\{(\w+)\}/g, (_, id: string) => ids(userId)[id] ?? id),
    body: (userId) => bodies[name]?.(userId),
    status: (caller) => Number(expectedFor(caller, { expected, own: {}, others: {} })),
  };
}

const ids = (userId: string): Readonly<Record<string, string>> => ({
  userId,
  orderId: orderOf(userId),
  itemId: "tea",
  deadLetterId: "nothing",
});

/** Repeated, it is the order that is there. */
const order = (userId: string) => ({
  orderId: orderOf(userId),
  userId,
  items: [{ itemId: "tea", quantity: 1 }],
  paymentMethod: "pm_ok",
});

const invented = () => ({ refreshToken: "invented" });

/** What is sent along; whatever is created exists already, with the same content. */
const bodies: Readonly<Record<string, (userId: string) => object>> = {
  "POST /api/users": (userId) => ({
    userId,
    name: userId,
    email: `${userId}@example.com`,
    password: passwordOf(userId),
  }),
  "PUT /api/users/{userId}/password": (userId) => ({
    currentPassword: passwordOf(userId),
    newPassword: passwordOf(userId),
  }),
  "POST /api/auth/login": (userId) => ({
    email: `${userId}@example.com`,
    password: passwordOf(userId),
  }),
  "POST /api/session": (userId) => ({
    email: `${userId}@example.com`,
    password: passwordOf(userId),
  }),
  "POST /api/session/refresh": () => ({}),
  "POST /api/session/end": () => ({}),
  "POST /api/auth/refresh": invented,
  "POST /api/auth/logout": invented,
  "POST /api/inventory": () => ({
    itemId: "tea",
    itemName: "Tea",
    availableQty: 10,
    unitPrice: 100,
    currency: "EUR",
  }),
  "PATCH /api/inventory/{itemId}": () => ({ itemName: "Green tea" }),
  "POST /api/inventory/{itemId}/adjustments": () => ({ delta: 1, reason: "found" }),
  "POST /api/orders": (userId) => ({ order: order(userId) }),
  "PUT /api/orders/{orderId}/status": () => ({ status: "SHIPPED" }),
  "POST /api/orders/try": (userId) => ({ order: order(userId) }),
};
