import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { sleep } from "@waybill/chassis";
import { ItemServiceDefinition, ReservationState } from "@waybill/contracts/item";
import { OrderState, StatusServiceDefinition } from "@waybill/contracts/status";
import { createClient, startServer } from "@waybill/rpc";
import { freePort, testServers } from "@waybill/stack";
import { expect } from "chai";
import { logger } from "./support.ts";

const main = new URL("../src/main.ts", import.meta.url).pathname;

interface ServiceProcess extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly address: string;
}

/** Starts the service as a process of its own; it is ready. Disposal kills what is left of it. */
async function startProcess(env: Record<string, string>): Promise<ServiceProcess> {
  const args = ["--import", "@waybill/chassis/telemetry", main];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, PORT: "0", LOG_LEVEL: "info", AUTHENTICATION: "off", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const { msg, address } = JSON.parse(line);
    if (String(msg).startsWith("ready on")) {
      child.stdout.resume();
      return { child, address, [Symbol.asyncDispose]: async () => void child.kill("SIGKILL") };
    }
  }
  throw new Error("the process ended before it was ready");
}

/** Asks until the answer is the one wanted; the test's timeout is the deadline. */
async function until<Answer>(wanted: Answer, ask: () => Promise<Answer>): Promise<void> {
  while ((await ask()) !== wanted) await sleep(50);
}

describe("the process", () => {
  it("serves while status and order are down, resolves an expired hold when status is back, and stops with code 0", async () => {
    const statusPort = await freePort();
    await using started = await startProcess({
      DATABASE_URL: await (await testServers()).databaseUrl("item"),
      STATUS_ADDRESS: `127.0.0.1:${statusPort}`,
      ORDER_ADDRESS: `127.0.0.1:${await freePort()}`,
      HOLD_EXPIRY: "100ms",
      REAPER_INTERVAL: "100ms",
    });
    const { child, address } = started;
    await using client = createClient(ItemServiceDefinition, {
      callee: "item-process",
      address,
      logger,
    });
    const unitPrice = { minorUnits: 1n, currency: "EUR" };
    await client.createItem({ itemId: "a", name: "a", unitPrice, onHand: 1n });
    const lines = [{ itemId: "a", quantity: 1 }];
    await client.tryReservation({ transactionId: "t", userId: "u", lines });
    const state = async () =>
      (await client.getReservation({ transactionId: "t" })).reservation?.state;

    let asked = 0;
    await using _status = await startServer({
      name: "status",
      host: "127.0.0.1",
      port: statusPort,
      services: [
        [
          StatusServiceDefinition,
          {
            batchGetStatuses: async ({ orderIds }) => {
              asked += 1;
              // First it does not answer usefully, and the hold must stay.
              if (asked < 3) throw new Error("not yet");
              expect(await state()).to.equal(ReservationState.TRIED);
              const value = { status: { state: OrderState.CANCELLED } };
              return { results: orderIds.map(() => ({ result: { $case: "response", value } })) };
            },
          },
        ],
      ],
      logger,
    });
    await until(ReservationState.CANCELLED, state);
    expect((await client.getItem({ itemId: "a" })).item).to.include({ held: 0n, onHand: 1n });

    child.kill("SIGTERM");
    expect(await once(child, "exit")).to.deep.equal([0, null]);
  });
});
