import { Pool } from "pg";
import type { Contender, Peer } from "../contender.ts";
import type { PlacedOrder } from "../facts/order.ts";
import { steps } from "../facts/steps.ts";
import type { Ground } from "../ground.ts";
import { peerTurn } from "../peerTurn.ts";
import { oneDatabase } from "./oneDatabase.ts";

/** More make it slower here. */
const connections = 16;

/** What PostgreSQL does in one process with one transaction per order: no services, no messages, nothing to resume. */
export const limit: Contender = {
  name: "limit",
  title: "one transaction per order, right on PostgreSQL",
  turn: peerTurn(startLimit),
};

async function startLimit(ground: Ground): Promise<Peer> {
  const { url, all } = await oneDatabase(ground);
  const pool = new Pool({ connectionString: url, max: connections });
  pool.on("error", () => {}); // Its connections close after its end, when the server may have ended them already.
  return {
    place: (order) => carryOut(pool, order),
    processes: [],
    databases: all,
    [Symbol.asyncDispose]: () => pool.end(),
  };
}

async function carryOut(pool: Pool, order: PlacedOrder): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query("begin");
    for (const { run } of steps) await run(client, order);
    await client.query("commit");
    client.release();
  } catch (error) {
    client.release(true); // The server rolls back.
    throw error;
  }
}
