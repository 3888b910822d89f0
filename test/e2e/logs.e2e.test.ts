import { randomBytes } from "node:crypto";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { Metadata } from "@waybill/rpc";
import type { Stack } from "@waybill/stack";
import { expect } from "chai";
import { type Clients, connectClients } from "./support/clients.ts";
import { eventually } from "./support/eventually.ts";
import { openShop, request } from "./support/shop.ts";
import { commonStack } from "./support/stack.ts";
import { type } from "./support/terminal.ts";

const printedWithinMs = 30_000;

describe("npm run logs", () => {
  let stack: Stack;
  let clients: Clients;

  before(async () => {
    stack = await commonStack();
    clients = connectClients(stack);
    await openShop(clients);
  });

  after(() => clients[Symbol.asyncDispose]());

  const logs = (...args: readonly string[]) =>
    type(`exec node packages/insight/src/logsCli.ts ${args.join(" ")} --data-dir ${stack.dataDir}`);

  it("goes on when a service is started anew", async () => {
    const command = logs("shipping", "--follow");
    try {
      await command.untilPrinted("ready on", printedWithinMs);
      const timesReady = () => command.printed.split("shipping     INFO  ready on").length - 1;
      const before = timesReady();
      await stack.restart("shipping");
      await eventually("its new start is told", () => timesReady() > before);
      expect(command.printed).to.include("shipping     INFO  stopped");
    } finally {
      command.interrupt();
    }
    expect(await command.ended, command.complaints).to.equal(0);
  });

  it("shows what was logged in an order's trace, or names it, and nothing of another's", async () => {
    const [traceId, other] = [0, 1].map(() => randomBytes(16).toString("hex"));
    const orderId = `logged-${Date.now()}`;
    const metadata = Metadata({ traceparent: `00-${traceId}-${"1".repeat(16)}-01` });
    await clients.order.createOrder(request({ orderId }), { metadata });
    const entries = [
      { trace_id: traceId, msg: "in its trace" },
      { trace_id: other, orderId, msg: "by its name" },
      { trace_id: other, msg: "of another" },
    ];
    for (const entry of entries) log({ service: "order", ...entry });
    const command = logs("order", "--order", orderId);
    expect(await command.ended, command.complaints).to.equal(0);
    expect(command.printed).to.include("in its trace").and.include("by its name");
    expect(command.printed).not.to.include("of another");
  });

  /** Writes into a service's log what it might have logged itself. */
  const log = (entry: { readonly service: string; readonly msg: string }) =>
    appendFileSync(
      join(stack.dataDir, "logs", `${entry.service}.log`),
      `${JSON.stringify({ level: "info", time: new Date().toISOString(), ...entry })}\n`,
    );
});
