import { diagnose, formatDiagnosis, openWork } from "@waybill/doctor";
import type { Stack } from "@waybill/stack";
import { expect } from "chai";
import { eventually } from "./eventually.ts";
import { query } from "./sql.ts";

/** How long an order may take to its end, faults included. */
const terminalWithinMs = 45_000;

/** Waits until every one of these orders is DELIVERED or CANCELLED; answers how many are which. */
export async function untilTerminal(
  stack: Stack,
  orderIds: readonly string[],
  withinMs = terminalWithinMs,
): Promise<{ delivered: number; cancelled: number }> {
  let left: readonly string[] = [];
  const ask = async () => {
    const rows = await query<{ order_id: string; state: string }>(
      stack,
      "status",
      "select order_id, state from statuses where order_id = any($1)",
      [orderIds],
    );
    const states = new Map(rows.map((row) => [row.order_id, row.state]));
    const count = (state: string) => orderIds.filter((id) => states.get(id) === state).length;
    const ended = { delivered: count("DELIVERED"), cancelled: count("CANCELLED") };
    left = orderIds
      .filter((id) => states.get(id) !== "DELIVERED" && states.get(id) !== "CANCELLED")
      .map((id) => `${id} ${states.get(id) ?? "unknown"}`);
    return left.length === 0 ? ended : undefined;
  };
  return eventually(`${orderIds.length} orders terminal`, ask, withinMs).catch((error) => {
    throw new Error(`${error.message}; left: ${left.length}, such as ${left.slice(0, 3)}`);
  });
}

/** Waits until an order is in this state. */
export async function untilState(stack: Stack, orderId: string, state: string): Promise<void> {
  await eventually(`${orderId} ${state}`, async () => {
    const [row] = await query(stack, "status", "select state from statuses where order_id = $1", [
      orderId,
    ]);
    return row?.state === state;
  });
}

/** Waits until nothing is held, authorised or waiting any more. */
export async function untilSettled(stack: Stack): Promise<void> {
  for (const { database, what, text } of openWork) {
    let left: readonly unknown[] = [];
    const ask = async () => {
      left = await query(stack, database, text);
      return left.length === 0;
    };
    await eventually(`no open ${what}`, ask, 20_000).catch((error) => {
      throw new Error(`${error.message}; ${JSON.stringify(left.slice(0, 3))}`);
    });
  }
}

/**
 * Nothing is left open, and the doctor finds all promises kept: for when all orders have ended. It is stricter than the doctor alone, who
 * gives what is under way a minute.
 */
export async function expectBalancedBooks(
  stack: Stack,
  acknowledged: Iterable<string> = [],
): Promise<void> {
  await untilSettled(stack);
  const diagnosis = await diagnose({ dataDir: stack.dataDir, acknowledged });
  expect(diagnosis.healthy, formatDiagnosis(diagnosis)).to.equal(true);
}
