import type { Stack } from "@waybill/stack";
import { expect } from "chai";
import type { Browser } from "playwright-core";
import { closeCommonBrowser, commonBrowser, Visitor } from "./support/browser.ts";
import { connectClients } from "./support/clients.ts";
import { originOf } from "./support/consoleShop.ts";
import { eventually } from "./support/eventually.ts";
import { openShop } from "./support/shop.ts";
import { startTestStack } from "./support/stack.ts";

after(closeCommonBrowser);

describe("a customer at the console, where orders wait a minute before they are confirmed", () => {
  let stack: Stack;
  let browser: Browser;

  before(async function () {
    browser = await commonBrowser(this);
    stack = await startTestStack({ env: { CANCELLATION_WINDOW: "1m" } });
    await using clients = connectClients(stack);
    await openShop(clients);
  });

  after(() => stack?.stop());

  it("sees how long the order can be cancelled, and cancels it", async () => {
    await using ivy = await Visitor.at(browser, originOf(stack));
    const { page } = ivy;
    await ivy.register("Ivy");
    await page.getByRole("button", { name: "Add tea to the basket" }).click();
    await page.getByRole("link", { name: /^Basket/ }).click();
    await page.getByRole("button", { name: "Place order" }).click();
    await page.getByText(/^You can cancel for another (\d\d s|1 min)\.$/).waitFor();
    const left = page.getByRole("progressbar");
    const share = async () => Number(await left.getAttribute("value"));
    const before = await share();
    expect(before).to.be.within(0.5, 1);
    await eventually("the countdown runs", async () => (await share()) < before);
    await page.getByRole("button", { name: "Cancel order" }).click();
    await page.getByText("Nothing is charged").waitFor();
    expect(await left.count()).to.equal(0);
    expect(ivy.problems).to.deep.equal([]);
  });
});
