import { type Attributes, metrics } from "@opentelemetry/api";
import { observeGauges } from "@waybill/chassis";
import type { Pool } from "pg";
import { withoutDigest } from "./statement.ts";

const meter = metrics.getMeter("waybill.persistence");

const durations = meter.createHistogram("db.client.operation.duration", {
  description: "Time of each statement, by its name, with what it waited for a connection.",
  unit: "s",
  advice: {
    explicitBucketBoundaries: [0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
  },
});
const retries = meter.createCounter("waybill.transaction.retries", {
  description: "Transactions that were run again since they lost against another one.",
  unit: "{transaction}",
});

const attributes = new Map<string, Attributes>();

function attributesOf(statement: string): Attributes {
  let known = attributes.get(statement);
  if (known === undefined) {
    const name = withoutDigest(statement);
    known = { "db.query.summary": name, "db.system.name": "postgresql" };
    attributes.set(statement, known);
  }
  return known;
}

/** Records a statement. `since`: its beginning, by performance.now(). */
export function recordStatement(statement: string, since: number): void {
  durations.record((performance.now() - since) / 1_000, attributesOf(statement));
}

export const countRetry = (): void => retries.add(1);

// The conventions say db.client.connection.count, which promtool takes for a histogram's.
const gauges = {
  "db.client.connection.open": {
    description: "Connections of the pool, by state: used or idle.",
    unit: "{connection}",
  },
  "db.client.connection.limit": {
    description: "Connections that the pool may have.",
    unit: "{connection}",
  },
  "db.client.connection.pending_requests": {
    description: "Those who wait for a connection of the pool.",
    unit: "{request}",
  },
} as const;

/** Tells how a pool is used, until its disposal. */
export function observePool(
  pool: Pick<Pool, "totalCount" | "idleCount" | "waitingCount" | "options">,
  database: string,
): Disposable {
  const of = { "db.client.connection.pool.name": database };
  const stateOf = (state: string) => ({ ...of, "db.client.connection.state": state });
  return observeGauges("waybill.persistence", gauges, async () => [
    ["db.client.connection.open", pool.totalCount - pool.idleCount, stateOf("used")],
    ["db.client.connection.open", pool.idleCount, stateOf("idle")],
    ["db.client.connection.limit", pool.options.max ?? 0, of],
    ["db.client.connection.pending_requests", pool.waitingCount, of],
  ]);
}
