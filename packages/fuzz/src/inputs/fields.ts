import fc from "fast-check";
import { freshId } from "./texts.ts";

/** What the stack knows, so that inputs can name it. */
export interface Known {
  readonly orderIds: readonly string[];
  readonly userIds: readonly string[];
  readonly itemIds: readonly string[];
  readonly deadLetterIds: readonly string[];
  readonly emails: readonly string[];
  readonly passwords: readonly string[];
  readonly refreshTokens: readonly string[];
  readonly positions: readonly string[];
  readonly pageTokens: readonly string[];
  /** A time that is not over for some hours. Unit: seconds since 1970. */
  readonly soon: bigint;
}

/** Plausible values of a field, by its name in proto form and that of its message. Undefined: its kind alone decides. */
export type Plausible = (field: string, message: string) => fc.Arbitrary<unknown> | undefined;

const paymentMethods = [
  ...["pm_ok", "pm_ok", "pm_ok", "pm_declined"],
  ...["pm_pending", "pm_slow", "pm_flaky", "pm_timeout"],
] as const;

const traceparents = [
  "",
  "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  "00-00000000000000000000000000000000-0000000000000000-00",
  "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
] as const;

/** Plausible values: mostly what is known, sometimes new. */
export function plausibleValues(known: Known): Plausible {
  const orderIds = knownOr(known.orderIds);
  const userIds = fc.constantFrom(...known.userIds);
  const passwords = fc.constantFrom(...known.passwords);
  const values: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
    order_id: orderIds,
    transaction_id: orderIds,
    user_id: userIds,
    id: userIds,
    item_id: fc.constantFrom(...known.itemIds),
    dead_letter_id: knownOr(known.deadLetterIds),
    request_id: freshId,
    page_size: fc.integer({ min: 0, max: 20 }),
    page_token: fc.oneof(fc.constant(""), fc.constantFrom(...known.pageTokens)),
    after_position: fc.constantFrom("", ...known.positions),
    after_version: fc.integer({ min: 0, max: 6 }),
    expected_version: fc.integer({ min: 0, max: 3 }),
    quantity: fc.integer({ min: 1, max: 3 }),
    delta: fc.bigInt({ min: -5n, max: 50n }),
    on_hand: fc.bigInt({ min: 0n, max: 1_000n }),
    minor_units: fc.constantFrom(0n, 250n, 500n, 750n),
    currency: fc.constant("EUR"),
    country: fc.constant("DE"),
    street: fc.constant("Main Street 1"),
    postal_code: fc.constant("10115"),
    city: fc.constant("Berlin"),
    region: fc.constant(""),
    expires_at: fc.constant({ seconds: known.soon, nanos: 0 }),
    payment_method: fc.constantFrom(...paymentMethods),
    traceparent: fc.constantFrom(...traceparents),
    email: fc.constantFrom(...known.emails),
    password: passwords,
    current_password: passwords,
    new_password: passwords,
    client_address: fc.constantFrom("", "127.0.0.1", "::1"),
    refresh_token: knownOr(known.refreshTokens),
    last_event_id: fc.constantFrom("0", "1", ...known.positions),
    name: fc.constantFrom("Tea", "Ada"),
    reason: fc.constant("because"),
    "CreateItemRequest.item_id": freshId,
    "CreateUserRequest.user_id": freshId,
    "CreateUserRequest.email": freshId.map((id) => `${id}@example.org`),
    "CreateOrderRequest.order_id": freshId,
    "CreateStatusRequest.order_id": freshId,
    "TryReservationRequest.transaction_id": freshId,
    "TryPaymentRequest.transaction_id": freshId,
  };
  return (field, message) =>
    values[`${message}.${field}`] ?? values[field] ?? values[field.replace(/s$/, "")];
}

const knownOr = (known: readonly string[]) =>
  fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: freshId });
