/** Makes docs/screenshots: each page of the console, light and dark, on a desk and on a phone, of a stack of its own that has something to show. */
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { startStack } from "@waybill/stack";
import type { Page } from "playwright-core";
import { chromiumPath, openBrowser, type Theme, Visitor } from "../e2e/support/browser.ts";
import { connectClients } from "../e2e/support/clients.ts";
import { originOf } from "../e2e/support/consoleShop.ts";
import { fillShop, Mara, somethingGoesWrong, trickle } from "./story.ts";

const folder = join(import.meta.dirname, "../../docs/screenshots");
const screens = { desk: { width: 1280, height: 860 }, phone: { width: 390, height: 844 } };

/** Long enough for the pictures of an order that can still be cancelled. */
const env = { CANCELLATION_WINDOW: "8s", STUCK_AFTER: "1s", RETRY_FIRST: "500ms" };

/** How long the live counters are watched before their picture is taken. Unit: ms. */
const watchedMs = 14_000;

if (chromiumPath === undefined)
  throw new Error("No Chromium is installed: apt-get install chromium, or CHROMIUM=…");
await using stack = await startStack({
  ephemeral: true,
  portBase: "free",
  samples: true,
  administrator: true,
  postgres: { fsync: false, sharedBuffersMb: 64 },
  env,
});
await using clients = connectClients(stack);
await using browser = await openBrowser(chromiumPath);
const { email, password } = stack.administrator ?? { email: "", password: "" };

interface Camera {
  readonly visitor: Visitor;
  /** "dark-phone". */
  readonly look: string;
}

/** Everybody is at four browsers at once. */
async function cameras(login: { email: string; password: string }): Promise<Camera[]> {
  const looks = (["light", "dark"] satisfies Theme[]).flatMap((theme) =>
    (["desk", "phone"] as const).map((screen) => ({ theme, screen })),
  );
  return Promise.all(
    looks.map(async ({ theme, screen }) => {
      const viewport = screens[screen];
      const visitor = await Visitor.at(browser, originOf(stack), { theme, viewport });
      await visitor.page.goto("/basket");
      await visitor.logIn(login.email, login.password);
      return { visitor, look: `${theme}-${screen}` };
    }),
  );
}

async function take(
  of: readonly Camera[],
  name: string,
  path: string,
  ready: (page: Page) => Promise<unknown>,
): Promise<void> {
  await Promise.all(
    of.map(async ({ visitor: { page }, look }) => {
      await page.goto(path);
      await ready(page);
      await page.screenshot({
        path: join(folder, `${name}-${look}.jpg`),
        type: "jpeg",
        quality: 72,
      });
    }),
  );
  console.log(name);
}

const text = (sought: string) => (page: Page) => page.getByText(sought).first().waitFor();
const row = (page: Page) => page.locator("a.row").first().waitFor();

await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
await fillShop(stack, clients);

const customers = await cameras(Mara);
await take(customers, "items", "/", async (page) => {
  await page.getByRole("button", { name: "Add Filter coffee" }).click();
  await page.getByRole("button", { name: "Add Forest honey" }).click();
  await page.evaluate("scrollTo(0, 0)");
});
await take(customers, "basket", "/basket", text("Place order"));
await take(customers, "orders", "/orders", row);
const { order } = await clients.order.createOrder(Mara.order());
await take(customers, "order", `/orders/${order?.orderId}`, async (page) => {
  await page.getByText("You can cancel").waitFor();
  await page.getByText("Live", { exact: true }).waitFor();
});

const roots = await cameras({ email, password });
await take(roots, "shop-stock", "/shop/stock", text("Sold out"));
await take(roots, "shop-orders", "/shop/orders", row);
const flowing = trickle(clients);
await take(roots, "shop-overview", "/shop", (page) => page.waitForTimeout(watchedMs));
await flowing.stop();
await somethingGoesWrong(stack, clients);
await take(roots, "shop-stuck", "/shop/stuck", text("Retry now"));
await take(roots, "shop-dead-letters", "/shop/dead-letters", text("Undecodable"));
await take(roots, "shop-health", "/shop/health", text("Unreachable"));

await Promise.all(
  customers.map(({ visitor: { page } }) => page.getByRole("button", { name: "Log out" }).click()),
);
await take(customers, "login", "/login", text("Welcome back"));
await take(customers, "register", "/register", text("Create an account"));
