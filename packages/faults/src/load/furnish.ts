import type { Clients } from "./clients.ts";
import { customers, plentiful, soldOut } from "./wish.ts";

/** The contracts' limit. */
const PLENTY = 1_000_000_000n;

/** Puts into the shop what the load orders, and who orders it. */
export async function furnish({ items, users }: Clients): Promise<void> {
  const shelves = plentiful.map((itemId) => stock(items, itemId, PLENTY));
  const accounts = customers.map((userId) =>
    users.createUser({ userId, name: userId, email: `${userId}@example.org` }),
  );
  await Promise.all([...shelves, stock(items, soldOut, 0n), ...accounts]);
}

/** Adds an item of 2.50 EUR. */
export async function stock(
  items: Clients["items"],
  itemId: string,
  onHand: bigint,
): Promise<void> {
  const unitPrice = { minorUnits: 250n, currency: "EUR" };
  await items.createItem({ itemId, name: itemId, unitPrice, onHand });
}
