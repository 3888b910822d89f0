import type { Stack } from "@waybill/stack";
import { expect } from "chai";
import type { Browser, Page } from "playwright-core";
import { closeCommonBrowser, commonBrowser, passwordOf, Visitor } from "./support/browser.ts";
import { type Clients, connectClients } from "./support/clients.ts";
import { originOf } from "./support/consoleShop.ts";
import { eventually } from "./support/eventually.ts";
import { openShop } from "./support/shop.ts";
import { commonStack } from "./support/stack.ts";

after(closeCommonBrowser);

/** As the gateway answers while a service is away. */
const away = { status: 503, json: { error: "It is away", status: 503, reason: "UNAVAILABLE" } };

describe("what has no answer yet, at the console", () => {
  let stack: Stack;
  let clients: Clients;
  let browser: Browser;

  before(async function () {
    browser = await commonBrowser(this);
    stack = await commonStack();
    clients = connectClients(stack);
    await openShop(clients);
  });

  after(async () => {
    await clients?.[Symbol.asyncDispose]();
  });

  const somebody = async (name: string): Promise<Visitor> => {
    const visitor = await Visitor.at(browser, originOf(stack));
    await visitor.page.clock.install(); // What is asked again after a while is asked when the test says so.
    await visitor.register(name);
    return visitor;
  };

  it("an order is nobody else's who logs in meanwhile, and placed once when its own customer is back", async () => {
    await using desk = await somebody("Joy");
    const { page } = desk;
    desk.expects(503);
    await addTea(page);
    await logOut(page);
    await desk.register("Kim");
    await addTea(page);
    await page.route("**/api/orders", (route) => route.fulfill(away));
    await beginOrder(page);
    await logOut(page);
    await page.unroute("**/api/orders");
    await desk.logIn("joy@example.org", passwordOf("Joy"));
    await page.clock.runFor(longerThanAnyWaitMs);
    expect(await ordersOf(page), "Joy's, who has not ordered").to.deep.equal([]);
    await page.getByRole("link", { name: "Basket 1 pieces" }).waitFor();
    await logOut(page);
    await desk.logIn("kim@example.org", passwordOf("Kim"));
    await page.getByRole("link", { name: /^Basket/ }).click();
    await page.waitForURL("**/orders/*"); // By itself.
    expect(await ordersOf(page), "Kim's").to.have.length(1);
    expect(desk.problems).to.deep.equal([]);
  });

  it("an order is asked for by one page at a time, and what is put in after it is another", async () => {
    await using leo = await somebody("Leo");
    const { page } = leo;
    leo.expects(503);
    await addTea(page);
    await page.route("**/api/orders", (route) => route.fulfill(away));
    await beginOrder(page);
    for (let failures = 1; failures < 5; failures++) await askedAgain(page); // Now it waits for the longest.
    await page.getByRole("link", { name: "Items", exact: true }).click();
    await page.getByRole("link", { name: /^Basket/ }).click();
    await page.getByText(notKnown).waitFor();
    await page.unroute("**/api/orders");
    await eventually("it is placed", async () => {
      await page.clock.runFor(2_000);
      return /orders\/./.test(page.url());
    });
    await addTea(page);
    await page.clock.runFor(longerThanAnyWaitMs);
    expect(await ordersOf(page)).to.have.length(1);
    await page.getByRole("link", { name: "Basket 1 pieces" }).waitFor();
    expect(leo.problems).to.deep.equal([]);
  });

  it("an order is refused where its customer has come back to", async () => {
    await using pip = await somebody("Pip");
    const { page } = pip;
    pip.expects(400, 503);
    await addTea(page);
    await page.route("**/api/orders", (route) => route.fulfill(away));
    await beginOrder(page);
    await page.getByRole("link", { name: "Items", exact: true }).click();
    await page.getByRole("link", { name: /^Basket/ }).click();
    await page.getByText(notKnown).waitFor();
    const refusal = { error: "Out of stock: tea", status: 400, reason: "OUT_OF_STOCK" };
    await page.route("**/api/orders", (route) => route.fulfill({ status: 400, json: refusal }));
    await page.clock.runFor(longerThanAnyWaitMs);
    await page.getByText("Out of stock: tea").waitFor();
    await page.getByRole("button", { name: "One tea more" }).click();
    await page.unroute("**/api/orders");
    await page.getByRole("button", { name: "Place order" }).click();
    await page.waitForURL("**/orders/*");
    expect(await ordersOf(page)).to.have.length(1);
    expect(pip.problems).to.deep.equal([]);
  });

  it("an order's other tab shows that its basket is ordered", async () => {
    await using mia = await somebody("Mia");
    const other = await mia.page.context().newPage();
    await other.goto("/");
    await addTea(mia.page);
    await other.getByRole("link", { name: "Basket 1 pieces" }).click();
    await other.getByRole("button", { name: "Place order" }).waitFor();
    await mia.page.getByRole("link", { name: /^Basket/ }).click();
    mia.expects(503);
    await mia.page.route("**/api/orders", (route) => route.fulfill(away));
    await mia.page.getByRole("button", { name: "Place order" }).click();
    await other.getByText("It was begun in another tab").waitFor();
    expect(await other.getByRole("button", { name: "One tea more" }).isDisabled()).to.equal(true);
    await mia.page.unroute("**/api/orders");
    await mia.page.waitForURL("**/orders/*");
    await other.getByText("Your basket is empty").waitFor();
    expect(await ordersOf(other)).to.have.length(1);
    expect(mia.problems).to.deep.equal([]);
  });

  it("a cancel is repeated, a few times and no more, and whoever cancels is told so", async () => {
    await using rex = await somebody("Rex");
    const { page } = rex;
    rex.expects(503);
    await stack.kill("workflow", "SIGSTOP"); // Orders stay PENDING.
    try {
      await addTea(page);
      await page.getByRole("link", { name: /^Basket/ }).click();
      await page.getByRole("button", { name: "Place order" }).click();
      await page.route("**/cancel", (route) => route.fulfill(away));
      const cancel = page.getByRole("button", { name: "Cancel order" });
      await cancel.click();
      await page.getByText("It is asked again by itself, a few times").waitFor();
      await eventually("it is given up", async () => {
        await page.clock.runFor(longerThanAnyWaitMs);
        return page.getByText("it is not repeated by itself").isVisible();
      });
      await cancel.click();
      await page.getByText("It is asked again by itself, a few times").waitFor();
      await page.unroute("**/cancel");
      await page.getByText("Nothing is charged").first().waitFor(); // By itself.
    } finally {
      await stack.kill("workflow", "SIGCONT");
    }
    expect(rex.problems).to.deep.equal([]);
  });

  it("an order that is not known yet is watched once it is", async () => {
    await using pam = await somebody("Pam");
    const { page } = pam;
    pam.expects(404);
    const unknown = { error: "Order not found", status: 404, reason: "ORDER_NOT_FOUND" };
    let asked = 0;
    await page.route("**/api/orders/*/events", (route) => {
      asked += 1;
      return asked > 2 ? route.continue() : route.fulfill({ status: 404, json: unknown });
    });
    await addTea(page);
    await page.getByRole("link", { name: /^Basket/ }).click();
    await page.getByRole("button", { name: "Place order" }).click();
    const timeline = page.getByRole("region", { name: "Timeline" });
    await timeline.locator("li[data-done=true]", { hasText: "Delivered" }).waitFor();
    await timeline.getByText("Complete").waitFor();
    expect(pam.problems).to.deep.equal([]);
  });

  it("the price of an order that was placed while items were away follows by itself", async () => {
    await using quin = await somebody("Quin");
    const { page } = quin;
    quin.expects(503, 504);
    await addTea(page);
    await page.getByRole("link", { name: /^Basket/ }).click();
    const details = page.getByRole("region", { name: "Details" });
    await stack.halt("item");
    try {
      await page.getByRole("button", { name: "Place order" }).click();
      await details.getByText("Follows").waitFor();
    } finally {
      await stack.resume("item");
    }
    await details.locator(".total", { hasText: "€2.50" }).waitFor();
    expect(quin.problems).to.deep.equal([]);
  });

  it("a log-out is gone on with, also after a reload, and lets nobody in as who has left", async () => {
    await using ned = await somebody("Ned");
    const { page } = ned;
    ned.expects(503);
    await page.route("**/api/session/end", (route) => route.fulfill(away));
    await logOut(page);
    await page.getByText("Logging out is not finished").waitFor();
    await page.goto("/orders");
    await page.getByText("Logging out is not finished").waitFor();
    await page.unroute("**/api/session/end");
    await page.clock.runFor(longerThanAnyWaitMs);
    await page.getByText("Logging out is not finished").waitFor({ state: "hidden" });
    await page.reload();
    await page.getByRole("heading", { name: "Welcome back" }).waitFor();
    expect(ned.problems).to.deep.equal([]);
  });

  it("a log-out is one of all tabs, also while the gateway does not answer", async () => {
    await using una = await somebody("Una");
    const { page } = una;
    const other = await page.context().newPage();
    await other.goto("/orders");
    await other.getByRole("heading", { name: "My orders" }).waitFor();
    una.expects(503);
    await page.route("**/api/session/end", (route) => route.fulfill(away));
    await logOut(page);
    await other.getByRole("heading", { name: "Welcome back" }).waitFor();
    expect(una.problems).to.deep.equal([]);
  });

  it("a log-out does not end the session of whoever logs in next", async () => {
    await using oda = await somebody("Oda");
    const { page } = oda;
    oda.expects(503);
    await page.route("**/api/session/end", (route) => route.fulfill(away));
    await logOut(page);
    await page.getByText("Logging out is not finished").waitFor();
    await oda.logIn("oda@example.org", passwordOf("Oda"));
    await page.unroute("**/api/session/end");
    await page.clock.runFor(longerThanAnyWaitMs);
    await page.reload();
    await page.getByRole("button", { name: "Log out" }).waitFor();
    expect(oda.problems).to.deep.equal([]);
  });
});

const notKnown = "it is not known whether your order is placed";

/** Longer than the console waits before it asks again. Unit: ms. */
const longerThanAnyWaitMs = 60_000;

/** Lets so much time pass that an order is asked for again; it is answered. */
async function askedAgain(page: Page): Promise<void> {
  const answer = page.waitForResponse("**/api/orders");
  await page.clock.runFor(longerThanAnyWaitMs);
  await answer;
  await page.evaluate("new Promise((resolve) => requestIdleCallback(resolve))"); // The page has taken it.
}

async function addTea(page: Page): Promise<void> {
  await page.getByRole("link", { name: "Items", exact: true }).click();
  await page.getByRole("button", { name: "Add tea to the basket" }).click();
}

/** Orders what is in the basket, which is not answered. */
async function beginOrder(page: Page): Promise<void> {
  await page.getByRole("link", { name: /^Basket/ }).click();
  await page.getByRole("button", { name: "Place order" }).click();
  await page.getByText(notKnown).waitFor();
}

async function ordersOf(page: Page): Promise<string[]> {
  await page.getByRole("link", { name: "My orders" }).click();
  await page.getByRole("heading", { name: "My orders" }).waitFor();
  const rows = page.locator("a.row");
  await rows.or(page.getByText("No orders here yet")).first().waitFor();
  return rows.evaluateAll((links) => links.map((link) => String(link.getAttribute("href"))));
}

async function logOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Log out" }).click();
  await page.getByRole("heading", { name: "Welcome back" }).waitFor();
}
