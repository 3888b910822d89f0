/** Measures whether the console stays responsive: see the help. */

import { setTimeout as delay } from "node:timers/promises";
import {
  type Bench,
  openBench,
  openLoop,
  place,
  readInteger,
  runCommand,
  seededRandom,
  table,
  usualOptions,
} from "@waybill/bench";
import { helpOption, parseOptions, textOption as text } from "@waybill/chassis/commandLine";
import type { Page } from "playwright-core";
import { chromiumPath, openBrowser } from "../e2e/support/browser.ts";
import { type Clients, connectClients } from "../e2e/support/clients.ts";
import { openRoot, rootAt } from "../e2e/support/consoleShop.ts";
import { moveOrders } from "./movedOrders.ts";
import { type Task, tasksDuring } from "./tasks.ts";

const help = `Watches the shop's live counters in a browser while orders go their way, and pages through the lists of orders, on a stack of its own.

npm run bench:console -- [options]

  --preload <n>    finished orders in the store before; default: 100000
  --rate <n>       orders per second; default: 500
  --seconds <n>    how long they are watched; default: 30
  --whole          orders are placed and carried out by all services, as fast as the machine can, and paged through afterwards
  --help           prints this

Without --whole, orders only go through their lifecycle, moved by this measurement in the services' place: the page is told as much as of any
orders, and a small machine has room for a browser beside them. With it, the stack takes all of the machine, and tasks mostly wait for a
processor. So each part prints what its longest tasks took, and what they had the processor for, which is what the page costs wherever the
stack is elsewhere.

Exit code 0: no task of the page took longer than 100 ms. 1: one did. 2: the options make no sense.
`;

interface Options {
  readonly preload: number;
  readonly rate: number;
  readonly seconds: number;
  readonly whole: boolean;
}

/** What a page may keep its reader waiting for. Unit: ms. */
const maxTaskMs = 100;
/** From here on, tasks are told. Unit: ms. */
const longMs = 50;
const maxInFlight = 512;
const pagesRead = 10;
const seed = 1;

/** Pages through the delivered orders, and answers how long each page took to show. Unit: ms. */
async function readPages(page: Page): Promise<number[]> {
  const took: number[] = [];
  const shown = page.locator("a.row");
  let since = performance.now();
  await page.getByRole("link", { name: "Orders", exact: true }).click();
  await page.getByRole("button", { name: "Delivered" }).click();
  await shown.first().waitFor();
  took.push(performance.now() - since);
  while (took.length < pagesRead) {
    const before = await shown.count();
    since = performance.now();
    await page.getByRole("button", { name: "Show more" }).click();
    await shown.nth(before).waitFor();
    took.push(performance.now() - since);
  }
  return took;
}

interface Parts {
  readonly bench: Bench;
  readonly clients: Clients;
  readonly page: Page;
  readonly rate: number;
  readonly seconds: number;
}

interface Measures {
  /** Orders. */
  readonly perSecond: number;
  readonly watching: readonly Task[];
  readonly paging: { readonly result: readonly number[]; readonly tasks: readonly Task[] };
}

async function besideMoves({ bench, clients, page, rate, seconds }: Parts): Promise<Measures> {
  const { say, signal } = bench;
  await using moved = await moveOrders(bench.running.stack, clients, rate);
  say("Watching");
  const { result: delivered, tasks } = await tasksDuring(page, async () => {
    const before = moved.delivered;
    await delay(seconds * 1_000, undefined, { signal });
    return moved.delivered - before;
  });
  say("Paging through the orders");
  const paging = await tasksDuring(page, () => readPages(page));
  return { perSecond: delivered / seconds, watching: tasks, paging };
}

async function besideAll({ bench, page, rate, seconds }: Parts): Promise<Measures> {
  const { say } = bench;
  say("Placing orders");
  const arrivals = openLoop({ durationMs: seconds * 1_000 }, rate, seededRandom(seed));
  const { result, tasks } = await tasksDuring(page, () => place(bench, arrivals, { maxInFlight }));
  const perSecond = (result.acceptedIds.length * 1_000) / result.tookMs;
  say("Paging through the orders");
  return { perSecond, watching: tasks, paging: await tasksDuring(page, () => readPages(page)) };
}

const rounded = (values: readonly number[]): string =>
  values.length === 0 ? "none" : values.map((value) => Math.round(value)).join(", ");

const longest = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), 0);

/** The rows that tell of the tasks while something was done. */
function taskRows(tasks: readonly Task[], doing: string): [string, string][] {
  const took = tasks.map(({ tookMs }) => tookMs);
  const cpu = longest(tasks.map(({ cpuMs }) => cpuMs));
  return [
    [`${tasks.length} tasks while ${doing}: the longest had the processor for, ms`, rounded([cpu])],
    [
      `those that took over ${longMs} ms beside the stack, ms`,
      rounded(took.filter((ms) => ms > longMs)),
    ],
  ];
}

function readOptions(args: readonly string[]): Options | undefined {
  const values = parseOptions(args, {
    ...{ preload: text, rate: text, seconds: text },
    whole: { type: "boolean" },
    help: helpOption,
  });
  if (values.help) return undefined;
  return {
    preload: readInteger("--preload", values.preload, 100_000, 0, 100_000_000),
    rate: readInteger("--rate", values.rate, 500, 1, 100_000),
    seconds: readInteger("--seconds", values.seconds, 30, 1, 86_400),
    whole: values.whole ?? false,
  };
}

await runCommand<Options>({
  script: "bench:console",
  help,
  readOptions,
  title: ({ preload, rate }) => `The console beside ${rate} orders/s, with ${preload} before`,
  run: async ({ preload, rate, seconds, whole }, say, signal) => {
    if (chromiumPath === undefined)
      throw new Error("No Chromium is installed: apt-get install chromium, or CHROMIUM=…");
    await using bench = await openBench({ ...usualOptions(), preload }, say, signal);
    const { stack } = bench.running;
    await using clients = connectClients(stack);
    await openRoot(clients);
    await using browser = await openBrowser(chromiumPath);
    await using root = await rootAt(browser, stack, "/shop");
    await root.page.getByText("Live", { exact: true }).waitFor();
    const { page } = root;
    const parts = { bench, clients, page, rate, seconds };
    const { perSecond, watching, paging } = await (whole ? besideAll(parts) : besideMoves(parts));
    const rows = [
      [whole ? "accepted/s" : "delivered/s", `${Math.round(perSecond)}`],
      ...taskRows(watching, "watching"),
      ["pages of delivered orders, each shown after ms", rounded(paging.result)],
      ...taskRows(paging.tasks, "paging"),
    ];
    console.log(`\n${table(["", "measured"], rows).join("\n")}`);
    const took = [...watching, ...paging.tasks].map(({ tookMs }) => tookMs);
    return longest(took) > maxTaskMs ? 1 : 0;
  },
});
