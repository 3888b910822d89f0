import { type ItemServiceClient, ItemServiceDefinition } from "@waybill/contracts/item";
import { admitUnverified } from "@waybill/identity";
import { createClient, Refusal, reasonName, startServer } from "@waybill/rpc";
import { itemService } from "../src/rpc/itemService.ts";
import { logger, openApp } from "./support.ts";

type Served = Awaited<ReturnType<typeof openApp>> & { client: ItemServiceClient };

/** The service on a fresh database, asked over gRPC. */
export async function serveItems(): Promise<Served> {
  const opened = await openApp();
  const server = await startServer({
    name: "item",
    host: "127.0.0.1",
    port: 0,
    services: [[ItemServiceDefinition, itemService(opened.app, logger)]],
    authorize: admitUnverified,
    logger,
  });
  const client = createClient(ItemServiceDefinition, {
    callee: `item-${server.port}`,
    address: server.address,
    logger,
  });
  const close = async () => {
    await client[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    await opened[Symbol.asyncDispose]();
  };
  return { ...opened, client, [Symbol.asyncDispose]: close };
}

/** The refusal that a call is answered with. */
export async function refusal(call: Promise<unknown>): Promise<Refusal> {
  const error = await call.then(
    (answer) => new Error(`expected a refusal, got ${JSON.stringify(answer, bigintAsText)}`),
    (thrown: unknown) => thrown,
  );
  if (error instanceof Refusal) return error;
  throw error;
}

/** "CODE REASON field, field" of the refusal that a call is answered with. */
export async function refused(call: Promise<unknown>): Promise<string> {
  const { code, reason, violations } = await refusal(call);
  const fields = violations.map((violation) => violation.field).join(", ");
  return `${code} ${reasonName(reason)} ${fields}`.trim();
}

const bigintAsText = (_key: string, value: unknown) =>
  typeof value === "bigint" ? value.toString() : value;
