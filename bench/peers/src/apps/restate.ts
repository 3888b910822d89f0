import { type Context, serve, service, TerminalError } from "@restatedev/restate-sdk";
import { DatabaseError, Pool } from "pg";
import { told } from "../environment.ts";
import type { PlacedOrder } from "../facts/order.ts";
import { type Step, steps } from "../facts/steps.ts";

const connections = 32;

const pool = new Pool({ connectionString: told("DATABASE_URL"), max: connections });

/** An order as a handler of durable steps; its idempotency key is kept by Restate. */
const orders = service({
  name: "orders",
  handlers: {
    place: async (context: Context, order: PlacedOrder): Promise<string> => {
      for (const step of steps) await context.run(step.name, () => carryOut(step, order));
      return "DELIVERED";
    },
  },
});

async function carryOut({ run }: Step, order: PlacedOrder): Promise<void> {
  try {
    await run(pool, order);
  } catch (error) {
    if (isRefusal(error)) throw new TerminalError(String(error)); // Anything else is tried again.
    throw error;
  }
}

/** Class 23 of SQLSTATE: a constraint, that of the stock for example. */
const isRefusal = (error: unknown): boolean =>
  error instanceof DatabaseError && error.code?.startsWith("23") === true;

await serve({ services: [orders], port: Number(told("PORT")) });
