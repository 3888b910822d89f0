import { Metadata } from "@waybill/rpc";
import type { ServiceName, Stack } from "@waybill/stack";
import { expect } from "chai";
import type { Browser, Page } from "playwright-core";
import { closeCommonBrowser, commonBrowser, type Visitor } from "./support/browser.ts";
import { type Clients, connectClients } from "./support/clients.ts";
import { openRoot, rootAt } from "./support/consoleShop.ts";
import { eventually } from "./support/eventually.ts";
import { openJetStream } from "./support/jetStream.ts";
import { openShop, place, placeMany, request } from "./support/shop.ts";
import { commonStack } from "./support/stack.ts";

after(closeCommonBrowser);

describe("whoever runs the shop, at the console", () => {
  let stack: Stack;
  let clients: Clients;
  let browser: Browser;
  let root: Visitor;
  let page: Page;

  before(async function () {
    browser = await commonBrowser(this);
    stack = await commonStack();
    clients = connectClients(stack);
    await openShop(clients);
    await openRoot(clients);
    root = await rootAt(browser, stack, "/shop");
    page = root.page;
  });

  after(async () => {
    await root?.[Symbol.asyncDispose]();
    await clients?.[Symbol.asyncDispose]();
  });

  afterEach(() => {
    root.expects();
    expect(root.problems.splice(0), "what the page complains of").to.deep.equal([]);
  });

  /** Something happens while a service is killed, and then it is back, whatever has happened. */
  const whileAway = async <T>(service: ServiceName, happen: () => Promise<T>): Promise<T> => {
    await stack.crash(service);
    try {
      return await happen();
    } finally {
      await stack.resume(service);
    }
  };

  const numberIn = async (text: Promise<string | null>): Promise<number> =>
    Number(((await text) ?? "").replaceAll(/\D/g, ""));

  it("sees orders flow, as they do", async () => {
    await page.getByText("Live", { exact: true }).waitFor();
    const delivered = page.locator(".stage[data-state=DELIVERED] .figure");
    await delivered.filter({ hasText: /\d/ }).waitFor();
    const before = await numberIn(delivered.textContent());
    await placeMany(clients, "console-flow", 20);
    await eventually("20 more are delivered", async () => {
      const now = await numberIn(delivered.textContent());
      if (now === before + 20) return true;
      throw new Error(`${now}, after ${before}`);
    });
    const chart = page.getByRole("img", { name: /^Steps of orders in each of the last 60/ });
    await eventually(
      "they are in the chart",
      async () => (await chart.locator("rect").count()) >= 5,
    );
    await page.getByText("half within").first().waitFor();
  });

  it("finds orders by id, by user and by state", async () => {
    const { orderId } = await place(clients, "console-sought");
    await page.getByRole("link", { name: "Orders", exact: true }).click();
    await page.getByRole("searchbox", { name: "Id" }).fill(orderId);
    await page.getByRole("button", { name: "Find" }).click();
    await page.getByRole("heading", { name: "Trace" }).waitFor();
    expect(await page.locator("pre").textContent()).to.equal(`npm run trace -- ${orderId}`);
    await page.goBack();
    await page.getByLabel("Search by").selectOption("user");
    await page.getByRole("searchbox", { name: "Id" }).fill("nobody");
    await page.getByRole("button", { name: "Find" }).click();
    await page.getByText("No orders here yet").waitFor();
    await page.getByRole("button", { name: "Show everybody's" }).click();
    await page.getByRole("button", { name: "Delivered" }).click();
    await page.locator("a.row").first().waitFor();
    const states = await page.locator("a.row .badge").allTextContents();
    expect(new Set(states)).to.deep.equal(new Set(["Delivered"]));
  });

  it("opens the trace of an order that has one", async () => {
    const traceId = "5".repeat(32);
    const traced = { metadata: Metadata({ traceparent: `00-${traceId}-${"5".repeat(16)}-01` }) };
    const { order } = await clients.order.createOrder(request(), traced);
    await page.goto(`http://${stack.address("gateway")}/orders/${order?.orderId}`);
    const link = page.getByRole("link", { name: "Open the trace" });
    expect(await link.getAttribute("href")).to.contain(traceId);
    await page.goto(`http://${stack.address("gateway")}/shop`);
  });

  it("adds an item, sees it sold out, and adjusts its stock", async () => {
    await page.getByRole("link", { name: "Stock" }).click();
    await page.getByText("Add an item").click();
    await page.getByLabel("Id", { exact: true }).fill("console-lamp");
    await page.getByLabel("Name").fill("Lamp");
    await page.getByLabel("Pieces").first().fill("0");
    await page.getByLabel("Price in EUR").fill("12.34");
    await page.getByRole("button", { name: "Add item" }).click();
    const lamp = page.locator("li.card", { hasText: "console-lamp" });
    await lamp.getByText("Sold out").waitFor();
    await lamp.getByText("€12.34").waitFor();
    await lamp.getByText("Adjust Lamp").click();
    await lamp.getByLabel("Pieces").fill("7");
    await lamp.getByLabel("Reason").fill("found behind a shelf");
    await lamp.getByRole("button", { name: "Adjust stock" }).click();
    await lamp.getByText("Sold out").waitFor({ state: "hidden" });
    expect(await lamp.locator(".pieces-of").textContent()).to.equal("free7held0on hand7");
    root.expects(400);
    await lamp.getByLabel("Pieces").fill("-8");
    await lamp.getByLabel("Reason").fill("more than there are");
    await lamp.getByRole("button", { name: "Adjust stock" }).click();
    await lamp.getByRole("alert").waitFor();
  });

  it("sees what waits, for what and why, and has it retried", async () => {
    const { orderId } = await whileAway("payment", async () => {
      const order = await place(clients, "console-waits");
      await page.getByRole("link", { name: "Stuck", exact: true }).click();
      const waiting = page.locator("li.card", { hasText: order.orderId });
      await waiting.getByText("Waits for stock and payment to be secured").waitFor();
      await waiting
        .locator("pre")
        .filter({ hasText: /payment/i })
        .waitFor();
      await waiting.getByRole("button", { name: "Retry now" }).click();
      return order;
    });
    await page.locator("li.card", { hasText: orderId }).waitFor({ state: "hidden" });
  });

  it("reads a dead letter, replays it, and discards it with a reason", async () => {
    await using jetStream = await openJetStream(stack);
    await jetStream.publish("orders.v1.placed.console", Buffer.from("ffffffffff", "hex"));
    await page.getByRole("link", { name: "Letters" }).click();
    const letters = page.locator("li.card", { hasText: "orders.v1.placed.console" });
    const one = letters.filter({ hasText: "workflow" }).first();
    await one.getByText("Cannot be decoded; in Base64: //////8=").waitFor();
    await one.getByRole("button", { name: "Replay" }).click();
    await eventually("both consumers have given it up again", async () => {
      return (await letters.count()) === 3;
    });
    const decided = page.getByRole("region", { name: "Decided lately" });
    await decided.getByText("Replayed").first().waitFor();
    for (let left = 2; left >= 0; left--) {
      const discard = letters.first().getByRole("button", { name: "Discard" });
      expect(await discard.isDisabled(), "without a reason").to.equal(true);
      await letters.first().getByLabel("Why").fill("a test of the console");
      await discard.click();
      await eventually("one less", async () => (await letters.count()) === left);
    }
    await decided.getByText("a test of the console").first().waitFor();
    expect((await clients.workflow.listDeadLetters({})).deadLetters).to.deep.equal([]);
  });

  it("sees a service that is killed and back, and how far its consumer is behind", async () => {
    await page.getByRole("link", { name: "Health" }).click();
    const shipping = page.locator("li.health", { hasText: "Shipping" });
    const lag = page.locator(".lag li", { hasText: "Shipping" });
    await shipping.getByText("Serving").waitFor();
    await whileAway("shipping", async () => {
      await placeMany(clients, "console-lag", 5);
      await shipping.getByText("Unreachable").waitFor();
      await lag.getByText("5 behind").waitFor();
    });
    await shipping.getByText("Serving").waitFor();
    await lag.getByText("up to date").waitFor();
  });

  it("is told which part does not work while another is away, and the rest works", async () => {
    root.expects(503, 504);
    await whileAway("workflow", async () => {
      await page.getByRole("link", { name: "Overview" }).click();
      await page.getByText("not known").first().waitFor();
      await page.locator(".stage[data-state=DELIVERED] .figure", { hasText: /\d/ }).waitFor();
      await page.getByRole("link", { name: "Letters", exact: true }).click();
      await page.getByText("A part of Waybill is").first().waitFor();
    });
    await page.getByText("No dead letters").waitFor();
  });
});
