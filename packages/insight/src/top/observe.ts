import { isReady, isRunning, isServing, type StackRecord } from "@waybill/stack";
import type { Messaging } from "./messaging.ts";
import type { Observation, PartFacts } from "./observation.ts";
import { type Scrape, scrapeMetrics } from "./scrape.ts";

/** Looks at a stack, once. What does not answer is told as such; it never throws. */
export async function observe(record: StackRecord, messaging: Messaging): Promise<Observation> {
  const [parts, facts] = await Promise.all([
    Promise.all(Object.keys(record.metricsAddresses).map((part) => observePart(record, part))),
    messaging.read(),
  ]);
  const isPostgresUp = !isOurs(record) || hasProcess(record, "postgres");
  return { at: Date.now(), parts, messaging: facts, isPostgresUp };
}

/** The record is of the last start or end that nobody asked for: a process that was stopped since is in it still. */
const hasProcess = ({ processes }: StackRecord, part: string): boolean =>
  processes.some((one) => one.part === part && isRunning(one));

/** The stack's own server listens on this machine; of somebody else's it is not known whether it is up. */
const isOurs = ({ databases }: StackRecord): boolean =>
  new URL(databases.order).hostname === "127.0.0.1";

async function observePart(record: StackRecord, part: string): Promise<PartFacts> {
  const [service = "", number = "1"] = part.split(".");
  const addresses = record.addresses[service as keyof StackRecord["addresses"]];
  const address = addresses[Number(number) - 1] ?? "";
  const [serves, scrape] = await Promise.all([
    service === "gateway" ? isReady(address) : isServing(address),
    scrapeOf(record.metricsAddresses[part] ?? ""),
  ]);
  const health = serves ? "serving" : hasProcess(record, part) ? "running" : "down";
  return { part, service, health, scrape };
}

/** What does not answer is missing from that frame. */
const scrapeOf = (address: string): Promise<Scrape | undefined> =>
  scrapeMetrics(address).catch(() => undefined);
