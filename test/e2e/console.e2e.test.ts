import { setTimeout as delay } from "node:timers/promises";
import type { Stack } from "@waybill/stack";
import { expect } from "chai";
import type { Browser, Page } from "playwright-core";
import { closeCommonBrowser, commonBrowser, passwordOf, Visitor } from "./support/browser.ts";
import { type Clients, connectClients } from "./support/clients.ts";
import { originOf } from "./support/consoleShop.ts";
import { eventually } from "./support/eventually.ts";
import { openShop, stockItem } from "./support/shop.ts";
import { commonStack } from "./support/stack.ts";

after(closeCommonBrowser);

describe("a customer at the console", () => {
  let stack: Stack;
  let clients: Clients;
  let browser: Browser;
  let eve: Visitor;
  let page: Page;

  before(async function () {
    browser = await commonBrowser(this);
    stack = await commonStack();
    clients = connectClients(stack);
    await openShop(clients);
    eve = await Visitor.at(browser, originOf(stack));
    page = eve.page;
  });

  after(async () => {
    await eve?.[Symbol.asyncDispose]();
    await clients?.[Symbol.asyncDispose]();
  });

  afterEach(() => {
    eve.expects();
    expect(eve.problems.splice(0), "what the page complains of").to.deep.equal([]);
  });

  const ordersOf = async (visitor: Visitor): Promise<string[]> => {
    await visitor.page.goto("/orders");
    await visitor.page.getByRole("heading", { name: "My orders" }).waitFor();
    const rows = visitor.page.locator("a.row");
    await rows.or(visitor.page.getByText("No orders here yet")).first().waitFor();
    return rows.evaluateAll((links) => links.map((link) => String(link.getAttribute("href"))));
  };

  const fillBasket = async (visitor: Visitor) => {
    await visitor.page.goto("/");
    await visitor.page.getByRole("button", { name: "Add tea to the basket" }).click();
    await visitor.page.getByRole("link", { name: /^Basket/ }).click();
    await visitor.page.getByRole("button", { name: "Place order" }).waitFor();
  };

  const place = async (visitor: Visitor): Promise<string> => {
    await fillBasket(visitor);
    await visitor.page.getByRole("button", { name: "Place order" }).click();
    await visitor.page.waitForURL("**/orders/*");
    return new URL(visitor.page.url()).pathname.split("/").at(-1) ?? "";
  };

  const step = (name: string) =>
    page.getByRole("region", { name: "Timeline" }).locator("li[data-done=true]", { hasText: name });

  /** Orders stay PENDING while the workflow is stopped. */
  const whilePending = async (happen: () => Promise<void>) => {
    await stack.kill("workflow", "SIGSTOP");
    try {
      await happen();
    } finally {
      await stack.kill("workflow", "SIGCONT");
    }
  };

  it("registers, orders, watches the order to its delivery, and finds it again", async () => {
    await eve.register("Eve");
    await fillBasket(eve);
    await page.getByRole("button", { name: "One tea more" }).click();
    await page.getByRole("button", { name: "Place order" }).dblclick();
    await step("Delivered").waitFor();
    await page.getByText("Complete").waitFor();
    const details = page.getByRole("region", { name: "Details" });
    await details.getByText("Paid").waitFor();
    expect(await details.textContent())
      .to.include("€5.00")
      .and.to.include("2 ×");
    expect(await ordersOf(eve), "by two clicks").to.have.length(1);
  });

  it("keeps no token where scripts or other pages find it", async () => {
    const kept = await page.evaluate("JSON.stringify({ ...localStorage, ...sessionStorage })");
    expect(kept).not.to.match(/eyJ|token/i);
    expect(await page.evaluate("document.cookie")).to.equal("");
  });

  it("orders once although the answer is lost and the page loaded anew", async () => {
    const before = (await ordersOf(eve)).length;
    await fillBasket(eve);
    eve.expects(0);
    await page.route("**/api/orders", async (route) => {
      await route.fetch();
      await route.abort();
    });
    await page.getByRole("button", { name: "Place order" }).click();
    await page.getByText("it is not known whether your order is placed").waitFor();
    await page.unroute("**/api/orders");
    await page.reload();
    await page.waitForURL("**/orders/*"); // By itself.
    expect(await ordersOf(eve)).to.have.length(before + 1);
  });

  it("sees in the basket what its items cost by now, and that an order has one currency", async () => {
    await stockItem(clients, "console-rug", 9n);
    const forints = { minorUnits: 123_450n, currency: "HUF" };
    const bowl = { itemId: "console-bowl", name: "console-bowl", unitPrice: forints, onHand: 9n };
    await clients.item.createItem(bowl);
    await using flo = await Visitor.at(browser, originOf(stack));
    await flo.register("Flo");
    const basket = flo.page.getByRole("region", { name: "Your basket" });
    await flo.page.getByRole("button", { name: "Add console-rug to the basket" }).click();
    await clients.item.updateItem({
      requestId: "console-dearer",
      itemId: "console-rug",
      unitPrice: { minorUnits: 300n, currency: "EUR" },
    });
    await flo.page.getByRole("link", { name: /^Basket/ }).click();
    await basket.getByText("€3.00 each; it was €2.50").waitFor();
    expect(await basket.locator(".total").textContent()).to.equal("Total€3.00");
    await flo.page.getByRole("link", { name: "Items", exact: true }).click();
    await flo.page.getByRole("button", { name: "Add console-bowl to the basket" }).click();
    await flo.page.getByRole("link", { name: /^Basket/ }).click();
    await basket.getByText("HUF 1,234.50").waitFor();
    await basket.getByText("prices are in several currencies").waitFor();
    expect(await flo.page.getByRole("button", { name: "Place order" }).isDisabled()).to.equal(true);
    await basket.getByRole("button", { name: "One console-bowl less" }).click();
    await flo.page.getByRole("button", { name: "Place order" }).click();
    await flo.page.getByRole("region", { name: "Details" }).getByText("€3.00").first().waitFor();
    expect(flo.problems).to.deep.equal([]);
  });

  it("is told that the payment was declined", async () => {
    await fillBasket(eve);
    await page.getByLabel("Pay by").selectOption("pm_declined");
    await page.getByRole("button", { name: "Place order" }).click();
    await step("Cancelled").getByText("Payment declined").waitFor();
    await page.getByText("Nothing is charged").waitFor();
  });

  it("cancels while it is possible", async () => {
    await whilePending(async () => {
      await place(eve);
      await page.getByRole("button", { name: "Cancel order" }).click();
      await step("Cancelled").waitFor();
    });
    await page.getByText("Complete").waitFor();
  });

  it("is told when a cancel comes too late", async () => {
    await whilePending(async () => {
      await place(eve);
      await page.route("**/cancel", async (route) => {
        await stack.kill("workflow", "SIGCONT");
        await step("Delivered").waitFor();
        await route.continue();
      });
      eve.expects(400);
      await page.getByRole("button", { name: "Cancel order" }).click();
      await page.getByText("Order cannot be cancelled. Current status: DELIVERED").waitFor();
      await page.unrouteAll({ behavior: "wait" });
    });
  });

  it("watches on, where it was, when the gateway is killed in the middle", async () => {
    await whilePending(async () => {
      await place(eve);
      await step("Pending").waitFor();
      await page.getByText("Live", { exact: true }).waitFor();
      eve.expects(0, 503);
      const resumed = page.waitForRequest((asked) => asked.headers()["last-event-id"] === "1");
      await stack.kill("gateway", "SIGKILL");
      await page.getByText("Connection lost, reconnecting").waitFor();
      await stack.untilReady("gateway");
      await resumed;
      await page.getByText("Live", { exact: true }).waitFor();
    });
    await step("Delivered").waitFor();
    expect(await page.locator(".timeline li").count()).to.equal(5);
  });

  it("shares the shop with another, and neither sees the other's orders", async () => {
    await using adam = await Visitor.at(browser, originOf(stack));
    await adam.register("Adam");
    const [hers, his] = [await place(eve), await place(adam)];
    expect(await ordersOf(adam)).to.deep.equal([`/orders/${his}`]);
    expect(await ordersOf(eve))
      .to.include(`/orders/${hers}`)
      .and.not.to.include(`/orders/${his}`);
    adam.expects(404);
    await adam.page.goto(`/orders/${hers}`);
    await adam.page.getByRole("heading", { name: "There is no such order" }).waitFor();
    expect(adam.problems).to.deep.equal([]);
  });

  it("stays logged in whenever a page is left while it renews the session", async () => {
    for (let afterMs = 0; afterMs < 40; afterMs += 4) {
      await page.goto("/orders");
      await delay(afterMs); // The answer is on its way at some of these moments, whenever that is here.
      await page.reload();
      await page.getByRole("heading", { name: "My orders" }).waitFor();
    }
  });

  it("pages through many orders", async () => {
    await page.goto("/");
    const { sub: userId } = await sessionOf(page);
    const orders = Array.from({ length: 45 }, (_, n) => ({
      requestId: `console-many-${n}`,
      userId,
      lines: [{ itemId: "cup", quantity: 1, name: "", unitPrice: undefined }],
      paymentMethod: "pm_ok",
    }));
    await clients.order.batchCreateOrders({ requests: orders });
    expect(await ordersOf(eve)).to.have.length(20);
    await page.getByRole("button", { name: "Show more" }).click();
    await eventually("40 orders", async () => (await page.locator("a.row").count()) === 40);
  });

  it("is told of being offline, and goes on by itself", async () => {
    await page.goto("/orders");
    await page.locator("a.row").first().waitFor();
    eve.expects(0);
    await page.context().setOffline(true);
    await page.getByText("You are offline").waitFor();
    await page.context().setOffline(false);
    await page.getByText("You are offline").waitFor({ state: "hidden" });
  });

  it("sees what does not work while the item service is away, and the rest works", async () => {
    eve.expects(503, 504);
    await stack.halt("item");
    try {
      await page.goto("/");
      await page.getByText("A part of Waybill is").waitFor();
      await page.getByRole("link", { name: "My orders" }).click();
      await page.locator("a.row").first().waitFor();
      await page.getByRole("link", { name: "Items" }).click();
    } finally {
      await stack.resume("item");
    }
    await page.getByRole("heading", { name: "tea" }).waitFor(); // By itself.
  });

  it("logs in again where the session ended, and goes on there", async () => {
    eve.expects(401);
    await page.goto("/orders");
    await page.locator("a.row").first().waitFor();
    await endSession(page);
    await page.getByLabel("Email").fill("eve@example.org");
    await page.getByLabel("Password").fill("wrong, and long enough");
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByRole("alert").filter({ hasText: /./ }).waitFor();
    await eve.logIn("eve@example.org", "the password of Eve");
    await page.getByRole("heading", { name: "tea" }).waitFor();
  });

  it("leaves nothing of what she saw to another who logs in where her session ended", async () => {
    await using other = await Visitor.at(browser, originOf(stack));
    await other.register("Gus");
    await using desk = await Visitor.at(browser, originOf(stack));
    desk.expects(401, 404);
    await desk.register("Fay");
    await place(desk);
    const details = desk.page.getByRole("region", { name: "Details" });
    await details.waitFor();
    await endSession(desk.page);
    await desk.logIn("gus@example.org", passwordOf("Gus"));
    await desk.page.route(/\/api\/orders\/[\w-]+$/, () => {}); // What is not answered can only be shown from memory.
    await desk.page.goBack();
    await details.or(desk.page.getByText("Loading")).first().waitFor();
    expect(await details.count()).to.equal(0);
  });

  it("stays logged out although the session was being renewed", async () => {
    await using desk = await Visitor.at(browser, originOf(stack));
    await desk.page.clock.install();
    await desk.register("Hal");
    await desk.page.goto("/orders");
    await desk.page.getByRole("heading", { name: "My orders" }).waitFor();
    const [asked, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    await desk.page.route("**/api/session/refresh", async (route) => {
      asked.resolve();
      const response = await route.fetch();
      await answer.promise;
      await route.fulfill({ response });
    });
    const renewed = desk.page.waitForResponse("**/api/session/refresh");
    await desk.page.clock.fastForward("10:00"); // The access token has ended; a page that asks on its own may notice first.
    await desk.page.getByRole("link", { name: "Items", exact: true }).click();
    await asked.promise;
    const logOut = desk.page.getByRole("button", { name: "Log out" });
    const ended = desk.page.waitForResponse("**/api/session/end");
    await logOut.click();
    const locks = (are: string) =>
      desk.page.waitForFunction(`navigator.locks.query().then(({ held, pending }) => ${are})`);
    await Promise.race([ended, locks("pending.length > 0")]);
    answer.resolve();
    await Promise.all([ended, renewed]);
    await locks("held.length + pending.length === 0"); // The page has taken both answers.
    await desk.page.getByRole("heading", { name: "Welcome back" }).waitFor();
    expect(await logOut.count()).to.equal(0);
  });

  it("is told when Waybill does not answer at all, and goes on when it does", async () => {
    eve.expects(0, 503);
    await page.route("**/api/session/refresh", (route) => route.fulfill({ status: 503, json: {} }));
    await page.goto("/orders");
    await page.getByRole("heading", { name: "Waybill does not answer" }).waitFor();
    await page.unrouteAll({ behavior: "wait" });
    await page.getByRole("heading", { name: "My orders" }).waitFor();
  });

  it("has no way into the shop's pages, nor to pages that are none", async () => {
    for (const path of ["/shop", "/shop/stock", "/shop/health"]) {
      await page.goto(path);
      await page.getByRole("heading", { name: "This is for those who run the shop" }).waitFor();
    }
    await page.goto("/orders/nothing/at/all");
    await page.getByRole("heading", { name: "There is no such page" }).waitFor();
  });

  it("logs out, and nothing is left for whoever comes next", async () => {
    await page.goto("/");
    await page.getByRole("button", { name: "Log out" }).click();
    await page.getByRole("heading", { name: "Welcome back" }).waitFor();
    await page.goto("/orders");
    await page.getByRole("heading", { name: "Welcome back" }).waitFor();
  });
});

/** Goes to the items, and learns there that the token is no longer good. */
async function endSession(page: Page): Promise<void> {
  const refusal = { error: "The token is not valid", status: 401, reason: "INVALID_TOKEN" };
  await page.route("**/api/inventory*", (route) => route.fulfill({ status: 401, json: refusal }));
  await page.getByRole("link", { name: "Items" }).click();
  await page.getByText("Your session has ended").waitFor();
  await page.unrouteAll({ behavior: "wait" });
}

/** Whose session a page has, by what it sends. */
async function sessionOf(page: Page): Promise<{ sub: string }> {
  const asked = page.waitForRequest((request) => "authorization" in request.headers());
  await page.reload();
  const [, body = ""] = ((await asked).headers().authorization ?? "").split(".");
  return JSON.parse(Buffer.from(body, "base64url").toString());
}
