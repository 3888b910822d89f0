import { once } from "node:events";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CannotShowError } from "./cannotShowError.ts";
import { runCommand } from "./command.ts";
import { endBySignal } from "./endBySignal.ts";
import { type Arguments, help, readArguments } from "./logs/arguments.ts";
import type { Entry } from "./logs/entry.ts";
import { lineOf } from "./logs/line.ts";
import { LogFolder } from "./logs/logFolder.ts";
import { orderTraces } from "./logs/orderTraces.ts";
import { isWanted, type Wish } from "./logs/wanted.ts";

/** How often it is looked for what is new. */
const intervalMs = 250;

async function show(given: Arguments): Promise<void> {
  const dataDir = resolve(given.dataDir);
  const folder = join(dataDir, "logs");
  const ended = new AbortController();
  if (given.follow) endBySignal(ended);
  const wish = await wishOf(given, dataDir);
  await using logs = new LogFolder(folder, { services: given.services, since: wish.since });
  await print(logs.entries(!given.follow), wish, ended.signal);
  if (logs.size === 0) throw new CannotShowError(whyNone(given, folder));
  while (given.follow && !ended.signal.aborted) {
    await delay(intervalMs, undefined, { signal: ended.signal }).catch(() => {});
    await print(logs.entries(false), wish, ended.signal);
  }
}

async function wishOf({ orderId, level, sinceMs }: Arguments, dataDir: string): Promise<Wish> {
  const since = sinceMs === undefined ? Number.NEGATIVE_INFINITY : Date.now() - sinceMs;
  if (orderId === undefined) return { level, since, order: undefined };
  const traceIds = await orderTraces(dataDir, orderId, console.error);
  return { level, since, order: { id: orderId, traceIds } };
}

function whyNone({ services }: Arguments, folder: string): string {
  const whose = services.length === 0 ? "" : ` of ${services.join(", ")}`;
  return `There are no logs${whose} in ${folder}. Start a stack with npm start, or name the data folder of another one with --data-dir.`;
}

async function print(entries: AsyncIterable<Entry>, wish: Wish, ended: AbortSignal): Promise<void> {
  const isColoured = process.stdout.isTTY && process.stdout.hasColors();
  for await (const entry of entries) {
    if (ended.aborted) return;
    if (isWanted(entry, wish) && !process.stdout.write(`${lineOf(entry, isColoured)}\n`))
      await once(process.stdout, "drain"); // Whoever reads is slower.
  }
}

await runCommand({ script: "logs", help, readArguments, show });
