import { startStack } from "@waybill/stack";
import { openBrowser, chromiumPath, Visitor } from "../e2e/support/browser.ts";
const stack = await startStack({ ephemeral: true, portBase: "free", samples: true, administrator: true, postgres: { fsync: false, sharedBuffersMb: 64 }, env: { CANCELLATION_WINDOW: "4s" } });
const origin = `http://${stack.address("gateway")}`;
const out = process.argv[2] ?? "/tmp/shots";
const browser = await openBrowser(chromiumPath ?? "");
try {
  const eve = await Visitor.at(browser, origin);
  const { page } = eve;
  const shot = (name: string) => page.screenshot({ path: `${out}/${name}.png` });
  const t0 = performance.now();
  await page.goto("/"); await page.getByRole("heading", { name: "Welcome back" }).waitFor();
  console.log("first page", performance.now() - t0);
  await shot("login");
  await eve.register("Eve");
  await page.getByRole("button", { name: "Add Green tea" }).click();
  await page.getByRole("button", { name: /Add .*honey/ }).click();
  await shot("items");
  await page.getByRole("link", { name: "Basket" }).click();
  await page.getByRole("button", { name: "Place order" }).waitFor();
  await shot("basket");
  await page.getByRole("button", { name: "Place order" }).click();
  await page.getByRole("heading", { name: "Timeline" }).waitFor();
  await page.waitForTimeout(1200);
  await shot("order-pending");
  await page.getByText("Complete").waitFor();
  await shot("order-done");
  await page.goto("/orders"); await page.getByText("Delivered").first().waitFor();
  await shot("orders");
  await page.goto("/shop"); await shot("forbidden");
  console.log("eve", eve.problems);
  const root = await Visitor.at(browser, origin);
  await root.page.goto("/");
  await root.logIn(stack.administrator!.email, stack.administrator!.password);
  for (const path of ["", "/orders", "/stock", "/stuck", "/dead-letters", "/health"]) {
    await root.page.goto(`/shop${path}`);
    await root.page.waitForTimeout(1500);
    await root.page.screenshot({ path: `${out}/shop${path.replace("/", "-")}.png` });
  }
  console.log("root", root.problems);
} catch (error) { console.error(error); for (const c of browser.contexts()) for (const [i, p] of c.pages().entries()) await p.screenshot({ path: `${out}/fail${i}.png` });
} finally { await browser.close(); await stack.stop(); }
