import type { Stack } from "@waybill/stack";
import type { State } from "../load/ledger.ts";
import { onDatabase } from "../sql.ts";

/** What the databases say about one order. */
export interface Facts {
  readonly isStored: boolean;
  /** Undefined: status does not know it. */
  readonly state: State | undefined;
  readonly isShipped: boolean;
}

/** Ids looked up at a time. */
const BATCH = 2_000;

/** Reads what the databases say about these orders. */
export async function readFacts(stack: Stack, ids: readonly string[]): Promise<Map<string, Facts>> {
  const facts = new Map<string, Facts>();
  for (let start = 0; start < ids.length; start += BATCH) {
    const some = ids.slice(start, start + BATCH);
    const of = (database: "order" | "status" | "shipping", text: string) =>
      onDatabase<{ order_id: string; state: State }>(stack, database, text, [some]);
    const [stored, statuses, shipments] = await Promise.all([
      of("order", "select order_id from orders where order_id = any($1) and fate = 'STORED'"),
      of("status", "select order_id, state from statuses where order_id = any($1)"),
      of("shipping", "select order_id from shipments where order_id = any($1)"),
    ]);
    const isStored = new Set(stored.map((row) => row.order_id));
    const states = new Map(statuses.map((row) => [row.order_id, row.state]));
    const isShipped = new Set(shipments.map((row) => row.order_id));
    for (const id of some) {
      const [state, known, shipped] = [states.get(id), isStored.has(id), isShipped.has(id)];
      facts.set(id, { isStored: known, state, isShipped: shipped });
    }
  }
  return facts;
}

/** Every order that is stored. */
export async function storedOrders(stack: Stack): Promise<ReadonlySet<string>> {
  const text = "select order_id from orders where fate = 'STORED'";
  const rows = await onDatabase<{ order_id: string }>(stack, "order", text);
  return new Set(rows.map((row) => row.order_id));
}
