import type { CreateOrderRequest } from "@waybill/contracts/order";
import { type Actor, ActorKind } from "@waybill/contracts/status";
import { type Database, sql } from "@waybill/persistence";
import { Status as Code, Refusal, reasonName } from "@waybill/rpc";

type Line = { itemId: string; quantity: number };

/** A request that could be placed, but for what is given. */
export const request = (
  ...given: readonly Partial<CreateOrderRequest>[]
): Partial<CreateOrderRequest> =>
  Object.assign(
    {
      userId: "alice",
      lines: [line("pen")],
      paymentMethod: "pm_ok",
    } as Partial<CreateOrderRequest>,
    ...given,
  );

export const line = (itemId: string, quantity = 1) =>
  ({ itemId, quantity }) satisfies Line as unknown as CreateOrderRequest["lines"][number];

export const alice: Actor = { kind: ActorKind.CUSTOMER, id: "alice" };
export const mallory: Actor = { kind: ActorKind.CUSTOMER, id: "mallory" };
export const coordinator: Actor = { kind: ActorKind.COORDINATOR, id: "travel" };
export const workflow: Actor = { kind: ActorKind.SERVICE, id: "workflow" };

/** "CODE REASON field, field" of the refusal that a call is answered with. */
export async function refused(call: Promise<unknown>): Promise<string> {
  const { code, reason, violations } = await refusal(call);
  const fields = violations.map((violation) => violation.field).join(", ");
  return `${Code[code]} ${reasonName(reason)} ${fields}`.trim();
}

/** The refusal that a call is answered with. */
export async function refusal(call: Promise<unknown>): Promise<Refusal> {
  const thrown = await call.then(
    () => new Error("expected a refusal, but the call was answered"),
    (error: unknown) => error,
  );
  if (thrown instanceof Refusal) return thrown;
  throw thrown;
}

/** Polls until the condition holds; throws after the deadline. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  withinMs = 15_000,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`never came true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const ordersStatement = sql("test_orders", "select order_id, fate from orders order by order_id");
const holdsStatement = sql(
  "test_holds",
  "select transaction_id, state from reservations order by transaction_id",
);
const heldStatement = sql("test_held", "select held from items where item_id = $1");

/** The ids of stored orders, and the tombstones as "-id". */
export async function storedIn(db: Database): Promise<string[]> {
  const rows = await db.rows<{ order_id: string; fate: string }>(ordersStatement);
  return rows.map(({ order_id: id, fate }) => (fate === "STORED" ? id : `-${id}`));
}

/** The reservations, as "id STATE". */
export async function holdsIn(itemDb: Database): Promise<string[]> {
  const rows = await itemDb.rows<{ transaction_id: string; state: string }>(holdsStatement);
  return rows.map(({ transaction_id: id, state }) => `${id} ${state}`);
}

/** How many pieces of an item are held. */
export async function heldOf(itemDb: Database, itemId: string): Promise<number> {
  const [row] = await itemDb.rows<{ held: bigint }>(heldStatement, [itemId]);
  return Number(row?.held ?? 0n);
}
