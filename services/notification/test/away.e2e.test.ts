import { createLogger } from "@waybill/chassis";
import { ItemServiceDefinition } from "@waybill/contracts/item";
import { OrderServiceDefinition } from "@waybill/contracts/order";
import { OrderState } from "@waybill/contracts/status";
import { UserServiceDefinition } from "@waybill/contracts/user";
import { createClient } from "@waybill/rpc";
import { operatorToken, type ServiceName, type Stack, startStack } from "@waybill/stack";
import { expect } from "chai";
import { type MailServer, startMailServer } from "./support/mailServer.ts";
import { until } from "./support/testBed.ts";

describe("orders that are placed while notification is down, on the whole stack", () => {
  let mail: MailServer;
  let stack: Stack;

  before(async () => {
    mail = await startMailServer();
    const env = { CANCELLATION_WINDOW: "0", SMTP_URL: mail.url };
    stack = await startStack({ portBase: "free", ephemeral: true, env });
  });

  after(async () => {
    await stack?.stop();
    await mail[Symbol.asyncDispose]();
  });

  const configOf = (callee: ServiceName) => ({
    callee,
    address: stack.addresses(callee),
    logger: createLogger("test", { level: "silent", format: "json" }),
    timeoutMs: 20_000,
    token: operatorToken(stack.dataDir, "test"),
  });

  it("are delivered all the same; the mails come when it is back, each once", async () => {
    await using users = createClient(UserServiceDefinition, configOf("user"));
    await using items = createClient(ItemServiceDefinition, configOf("item"));
    await using orders = createClient(OrderServiceDefinition, configOf("order"));
    await users.createUser({ userId: "ada", name: "Ada", email: "ada@example.org" });
    const unitPrice = { minorUnits: 250n, currency: "EUR" };
    await items.createItem({ itemId: "tea", name: "Tea", unitPrice, onHand: 100n });

    await stack.halt("notification");
    const ids = Array.from({ length: 10 }, (_, index) => `unseen-${index}`);
    const lines = [{ itemId: "tea", quantity: 1, name: "" }];
    await Promise.all(
      ids.map((orderId) =>
        orders.createOrder({ orderId, userId: "ada", lines, paymentMethod: "pm_ok" }),
      ),
    );
    await until(
      "all are delivered",
      async () => (await orders.batchGetOrders({ orderIds: ids })).results,
      (results) =>
        results.every(
          ({ result }) =>
            result?.$case === "response" && result.value.order?.state === OrderState.DELIVERED,
        ),
    );
    expect(mail.mails).to.have.length(0);

    await stack.resume("notification");
    await until(
      "every mail has come",
      () => Object.keys(mail.counts()).length,
      (count) => count === ids.length * 5,
    );
    expect(mail.counts()).to.deep.equal(
      Object.fromEntries(
        ids.flatMap((id) => [1, 2, 3, 4, 5].map((n) => [`<${id}.${n}@waybill.local>`, 1])),
      ),
    );
  });
});
