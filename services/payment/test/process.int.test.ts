import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { paymentSubject, paymentsStream } from "@waybill/contracts/events";
import {
  PaymentEvent,
  PaymentOutcome,
  PaymentServiceDefinition,
  PaymentState,
} from "@waybill/contracts/payment";
import { connectMessaging } from "@waybill/messaging";
import { createClient } from "@waybill/rpc";
import { freePort, testServers } from "@waybill/stack";
import { expect } from "chai";
import { eventually, logger } from "./support/testBed.ts";

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

describe("the process", () => {
  it("tells of a late authorisation on PAYMENTS, also after it was killed meanwhile", async () => {
    const servers = await testServers();
    const env = {
      DATABASE_URL: await servers.databaseUrl("payment"),
      PROVIDER_DATABASE_URL: await servers.databaseUrl("provider"),
      NATS_URL: servers.natsUrl,
      STATUS_ADDRESS: `127.0.0.1:${await freePort()}`,
      ORDER_ADDRESS: `127.0.0.1:${await freePort()}`,
      PENDING_DELAY: "2s",
    };
    const transactionId = `late${process.pid}`;
    {
      await using first = await startProcess(env);
      await using client = createClient(PaymentServiceDefinition, {
        callee: "payment-first",
        address: first.address,
        logger,
      });
      const amount = { minorUnits: 5n, currency: "EUR" };
      const request = { transactionId, userId: "ada", amount, paymentMethod: "pm_pending" };
      await eventually(async () => {
        await client.batchTryPayments({ requests: [request] });
        const { payment } = await client.getPayment({ transactionId });
        return payment?.state === PaymentState.PENDING;
      });
      first.child.kill("SIGKILL");
      await once(first.child, "exit");
    }

    const told: (PaymentEvent & { id: string })[] = [];
    await using second = await startProcess(env);
    await using messaging = await connectMessaging({
      url: servers.natsUrl,
      name: "test",
      logger,
    });
    await using _consumption = messaging.consume({
      durable: "payment-test",
      stream: paymentsStream,
      subjects: [paymentSubject("authorized", "*")],
      decode: (bytes) => PaymentEvent.decode(bytes),
      handle: async (received) => {
        for (const { event, id } of received) {
          if (event.transactionId === transactionId) told.push({ ...event, id });
        }
        return received.map(() => ({ kind: "done" as const }));
      },
    });
    await eventually(() => told.length > 0, 20_000);
    expect(told[0]).to.deep.include({
      id: `${transactionId}.payment`,
      outcome: PaymentOutcome.AUTHORIZED,
      userId: "ada",
    });
    await using client = createClient(PaymentServiceDefinition, {
      callee: "payment-second",
      address: second.address,
      logger,
    });
    const { payment } = await client.getPayment({ transactionId });
    expect(payment?.state).to.equal(PaymentState.TRIED);

    second.child.kill("SIGTERM");
    expect(await once(second.child, "exit")).to.deep.equal([0, null]);
  });
});
