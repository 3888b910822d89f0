import { createLogger } from "@waybill/chassis";
import { type Database, openDatabase } from "@waybill/persistence";
import { testServers } from "@waybill/stack";
import { contentHash } from "@waybill/tcc";
import type { PaymentRequest } from "../../src/app/commitIntents.ts";
import type { Outcome } from "../../src/app/operate.ts";
import { createPaymentApp, type PaymentApp } from "../../src/app/paymentApp.ts";
import type { Settings } from "../../src/app/settings.ts";
import type { PaymentEventRecord } from "../../src/db/events.ts";
import { migrations } from "../../src/db/migrations.ts";
import type { PaymentProvider } from "../../src/domain/provider.ts";
import { providerMigrations } from "../../src/provider/ledger.ts";
import {
  createSimulatedProvider,
  type SimulatedProvider,
} from "../../src/provider/simulatedProvider.ts";

export const logger = createLogger("payment-test", {
  level: process.env.LOG_LEVEL ?? "silent",
  format: "json",
});

export const settings: Settings = {
  holdExpiryMs: 60_000,
  settleAfterMs: 200,
  providerPatienceMs: 250,
  providerTimeoutMs: 2_000,
  providerConcurrency: 64,
  retentionMs: 86_400_000,
  batchSize: 256,
  batchLanes: 2,
};

/** A fresh database of payment. */
export async function paymentDatabase(): Promise<Database> {
  return await database("payment", migrations);
}

export async function providerDatabase(): Promise<Database> {
  return await database("provider", providerMigrations);
}

async function database(name: string, list: typeof migrations): Promise<Database> {
  const servers = await testServers();
  const url = await servers.databaseUrl(name);
  return await openDatabase({
    url,
    poolSize: 6,
    entities: [],
    migrations: list,
    logger,
    applicationName: name,
  });
}

export interface TestApp extends PaymentApp {
  readonly published: PaymentEventRecord[];
}

export function testApp(
  db: Database,
  provider: PaymentProvider,
  changes: Partial<Settings> & { now?: () => Date } = {},
): TestApp {
  const { now, ...others } = changes;
  const published: PaymentEventRecord[] = [];
  const app = createPaymentApp({
    db,
    provider,
    publish: (events) => published.push(...events),
    settings: { ...settings, ...others },
    logger,
    ...(now ? { now } : {}),
  });
  return { ...app, published };
}

export const simulated = (
  db: Database,
  { pendingMs = 300, slowMs = 400 } = {},
): SimulatedProvider => createSimulatedProvider({ db, delays: { pendingMs, slowMs } });

/** A request in short: `tryIt("t1", "pm_ok", 100n)`. */
export function tryIt(
  transactionId: string,
  paymentMethod = "pm_ok",
  minorUnits = 1_999n,
): PaymentRequest {
  const content = { userId: "ada", amount: { minorUnits, currency: "EUR" }, paymentMethod };
  const operation = { kind: "try", transactionId, content, contentHash: contentHash(content) };
  return { operation: { ...operation, kind: "try" }, traceparent: "" };
}

export const confirmIt = (transactionId: string): PaymentRequest => ({
  operation: { kind: "confirm", transactionId },
  traceparent: "",
});

export const cancelIt = (transactionId: string): PaymentRequest => ({
  operation: { kind: "cancel", transactionId },
  traceparent: "",
});

/** An outcome in short: "done TRIED", "replayed TRIED", "unanswered", or the refusal's reason. */
export function inWords(outcome: Outcome): string {
  if (outcome.kind === "refused") return outcome.reason;
  if (outcome.kind === "unanswered") return "unanswered";
  return `${outcome.replayed ? "replayed" : "done"} ${outcome.record.payment.state}`;
}

/** Submits all at once, so that they are one batch; their outcomes in words. */
export async function submit(app: PaymentApp, ...requests: PaymentRequest[]): Promise<string[]> {
  const results = await app.operations.submitAll(requests);
  return results.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return inWords(result.value);
  });
}

export async function stateOf(app: PaymentApp, transactionId: string): Promise<string> {
  return (await app.read(transactionId))?.payment.state ?? "no row";
}

/** Waits until the condition holds. */
export async function eventually(
  condition: () => Promise<boolean> | boolean,
  withinMs = 5_000,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
