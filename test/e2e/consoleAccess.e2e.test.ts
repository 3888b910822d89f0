import type { Stack } from "@waybill/stack";
import axe from "axe-core";
import { expect } from "chai";
import type { Browser } from "playwright-core";
import {
  closeCommonBrowser,
  commonBrowser,
  passwordOf,
  type Theme,
  Visitor,
} from "./support/browser.ts";
import { type Clients, connectClients } from "./support/clients.ts";
import { openRoot, originOf, rootAt } from "./support/consoleShop.ts";
import { openJetStream } from "./support/jetStream.ts";
import { line, openShop, place } from "./support/shop.ts";
import { commonStack } from "./support/stack.ts";

after(closeCommonBrowser);

/** WCAG 2.2, levels A and AA, and axe's own best practices. */
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Of script for the first page, as it is sent. */
const maxScriptBytes = 150_000;
const maxFirstPageMs = 1_000;

const desk = { width: 1280, height: 900 };
/** The width to which WCAG has everything fit without scrolling sideways (1.4.10). */
const phone = { width: 320, height: 740 };

/** The longest name, of one word, at a price that takes room. */
const bulky = {
  itemId: "bulky".padEnd(64, "-"),
  name: "Donau".repeat(40),
  unitPrice: { minorUnits: 99_999_999_999n, currency: "EUR" },
  onHand: 999_999_999n,
};

/** Each page, and what says that it shows what it has. */
const pages = [
  ["/", "tea"],
  ["/basket", "Your basket is empty"],
  ["/orders", "No orders here yet"],
  ["/orders/{order}", "Complete"],
  ["/orders/nothing", "There is no such order"],
  ["/nowhere/at/all", "There is no such page"],
  ["/shop", "half within"],
  ["/shop/orders", "tea"],
  ["/shop/stock", "Add an item"],
  ["/shop/stuck", "Nothing is stuck"],
  ["/shop/dead-letters", "Undecodable"],
  ["/shop/health", "up to date"],
] as const;

describe("the console's pages", () => {
  let stack: Stack;
  let clients: Clients;
  let browser: Browser;
  let orderId: string;

  before(async function () {
    browser = await commonBrowser(this);
    stack = await commonStack();
    clients = connectClients(stack);
    await openShop(clients);
    await openRoot(clients);
    await clients.item.createItem(bulky);
    const lines = [line("tea", 2), line(bulky.itemId, 1)];
    orderId = (await place(clients, "console-looked-at", { lines })).orderId;
    await using jetStream = await openJetStream(stack);
    await jetStream.publish("orders.v1.placed.looked-at", Buffer.from("ffffffffff", "hex"));
  });

  after(async () => {
    if (clients === undefined) return;
    for (const { deadLetterId } of (await clients.workflow.listDeadLetters({})).deadLetters)
      await clients.workflow.discardDeadLetter({ deadLetterId, reason: "a test" });
    await clients[Symbol.asyncDispose]();
  });

  const violations = async ({ page }: Visitor): Promise<string[]> => {
    await page.evaluate(axe.source);
    const options = JSON.stringify({ runOnly: rules });
    const found = (await page.evaluate(
      `axe.run(${options}).then(({ violations }) => violations)`,
    )) as axe.Result[];
    return found.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
    );
  };

  /** Neither the page nor a card of it: what a card cuts off or lets out is not in the page's width. */
  const tooWide = `[document.documentElement, ...document.querySelectorAll(".card, .card-head, .item-foot, .lines > li, .row")]
    .filter((element) => element.scrollWidth > Math.ceil(element.getBoundingClientRect().width))
    .map((element) => element.outerHTML.slice(0, 200))`;

  /** In both themes: the page changes to the other one as its switch does. */
  const expectNoViolations = async (visitor: Visitor, path: string) => {
    for (const theme of ["light", "dark"] as const satisfies readonly Theme[]) {
      await visitor.page.evaluate(`document.documentElement.dataset.theme = "${theme}"`);
      expect(await violations(visitor), `${path} (${theme})`).to.deep.equal([]);
    }
  };

  const expectToFitPhone = async ({ page }: Visitor, path: string) => {
    await page.setViewportSize(phone);
    expect(await page.evaluate(tooWide), path).to.deep.equal([]);
    await page.setViewportSize(desk);
  };

  it("can be used by everybody: axe finds nothing, light or dark, and all fits the narrowest phone, also the longest name", async () => {
    await using visitor = await Visitor.at(browser, originOf(stack));
    for (const path of ["/login", "/register"]) {
      await visitor.page.goto(path);
      await visitor.page.getByLabel("Password").waitFor();
      await expectNoViolations(visitor, path);
      await expectToFitPhone(visitor, path);
    }
    await using root = await rootAt(browser, stack, "/basket");
    root.expects(404);
    for (const [path, shown] of pages) {
      await root.page.goto(path.replace("{order}", orderId));
      await root.page.getByText(shown).first().waitFor();
      await expectNoViolations(root, path);
      await expectToFitPhone(root, path);
    }
    expect([...visitor.problems, ...root.problems]).to.deep.equal([]);
  });

  it("change to the other theme, and keep it", async () => {
    await using visitor = await Visitor.at(browser, originOf(stack), { theme: "dark" });
    const theme = () => visitor.page.evaluate("document.documentElement.dataset.theme");
    await visitor.page.goto("/login");
    await visitor.page.getByRole("button", { name: "Switch to light theme" }).click();
    await visitor.page.getByRole("button", { name: "Switch to dark theme" }).waitFor();
    expect(await theme()).to.equal("light");
    await visitor.page.reload();
    await visitor.page.getByLabel("Password").waitFor();
    expect(await theme()).to.equal("light");
  });

  it("are used by keyboard alone", async () => {
    await using visitor = await Visitor.at(browser, originOf(stack));
    const { page } = visitor;
    const { keyboard } = page;
    await page.goto("/");
    await page.getByLabel("Email").focus();
    await keyboard.type("root@example.org");
    await keyboard.press("Tab");
    await keyboard.type(passwordOf("Root"));
    await keyboard.press("Enter");
    await page.getByRole("button", { name: "Add tea to the basket" }).waitFor();
    await page.reload();
    await page.getByRole("button", { name: "Add tea to the basket" }).waitFor();
    await keyboard.press("Tab");
    const focused = () => page.evaluate("document.activeElement.textContent");
    expect(await focused()).to.equal("Skip to content");
    await keyboard.press("Enter");
    for (let presses = 0; presses < 60; presses++) {
      await keyboard.press("Tab");
      if (String(await focused()).includes("tea to the basket")) break;
    }
    await keyboard.press("Enter");
    await page.getByRole("group", { name: "Quantity of tea" }).waitFor();
  });

  it("begin within a second, with little script", async () => {
    const shown: number[] = [];
    for (let visit = 0; visit < visits; visit++) {
      await using visitor = await Visitor.at(browser, originOf(stack));
      const { page } = visitor;
      await page.goto("/");
      await page.getByRole("heading", { name: "Welcome back" }).waitFor();
      await page.waitForFunction(isPainted); // What is in the document may not be drawn yet.
      const [shownMs, bytes] = (await page.evaluate(measure)) as [number, number];
      expect(bytes).to.be.within(1, maxScriptBytes);
      shown.push(Math.round(shownMs));
      if (visit === 0) console.log(`      ${bytes} bytes of script`);
    }
    console.log(`      first page after ${shown.join(", ")} ms`);
    expect(Math.min(...shown), "the least disturbed of several").to.be.lessThan(maxFirstPageMs);
  });
});

/** How often the first page is asked for by somebody who was never there, on a machine that has other things to do. */
const visits = 3;

const isPainted = `performance.getEntriesByName("first-contentful-paint").length > 0`;

/** When the page's heading was drawn, and the script that was sent for it. */
const measure = `[
  performance.getEntriesByName("first-contentful-paint")[0].startTime,
  performance.getEntriesByType("resource")
    .filter(({ name }) => name.endsWith(".js"))
    .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
]`;
