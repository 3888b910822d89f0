import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { DBOS } from "@dbos-inc/dbos-sdk";
import { Pool } from "pg";
import { told } from "../environment.ts";
import type { PlacedOrder } from "../facts/order.ts";
import { steps } from "../facts/steps.ts";

const connections = 32;
/** With the default of 10 the workflows would wait for connections. */
const systemConnections = 32;

const pool = new Pool({ connectionString: told("DATABASE_URL"), max: connections });

/** An order as a workflow of durable steps; its id is the workflow's, and so the key by which it is idempotent. */
const placeOrder = DBOS.registerWorkflow(
  async (order: PlacedOrder): Promise<string> => {
    for (const { name, run } of steps) await DBOS.runStep(() => run(pool, order), { name });
    return "DELIVERED";
  },
  { name: "placeOrder" },
);

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    request.setEncoding("utf8");
    let text = "";
    for await (const part of request) text += part;
    const order = JSON.parse(text) as PlacedOrder;
    const handle = await DBOS.startWorkflow(placeOrder, { workflowID: order.orderId })(order);
    response.end(JSON.stringify(await handle.getResult()));
  } catch (error) {
    response.statusCode = 500;
    response.end(String(error));
  }
}

DBOS.setConfig({
  name: "orders",
  systemDatabaseUrl: told("DBOS_SYSTEM_DATABASE_URL"),
  systemDatabasePoolSize: systemConnections,
  runAdminServer: false,
  logLevel: "warn",
});
await DBOS.launch();
createServer(answer).listen(Number(told("PORT")), "127.0.0.1");
