import { type Span, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { backoff, sampledSpanContext, sleep, tracer } from "@waybill/chassis";
import type { Kysely, QueryResult } from "kysely";
import { countRetry, recordStatement } from "./databaseMetrics.ts";
import { queryOf } from "./dialect/query.ts";
import { asUnavailable, isConflict, isStalePlan, unavailable } from "./errors.ts";
import type { Sql, Statement } from "./statement.ts";

/** How often a transaction that lost against another one is run again. */
const maxRetries = 3;
const retryBackoff = { firstMs: 10, capMs: 200 };

/** Statements on a Kysely instance: on the pool, or on the connection of a transaction. */
export const sqlOn = (kysely: Kysely<unknown>): Sql => ({
  rows: async <Row>(statement: Statement, parameters?: readonly unknown[]) =>
    (await execute<Row>(kysely, statement, parameters)).rows,
  run: async (statement, parameters) =>
    Number((await execute(kysely, statement, parameters)).numAffectedRows ?? 0n),
});

async function execute<Row>(
  kysely: Kysely<unknown>,
  statement: Statement,
  parameters: readonly unknown[] = [],
): Promise<QueryResult<Row>> {
  const since = performance.now();
  try {
    return (await kysely.executeQuery(queryOf(statement, parameters))) as QueryResult<Row>;
  } catch (error) {
    throw asUnavailable(error);
  } finally {
    recordStatement(statement.name, since);
  }
}

/**
 * Runs the work in a transaction, again if it lost against another one. One span for all of it, and
 * only under a sampled one: a span per statement would cost more than it tells.
 */
export async function inTransaction<T>(
  kysely: Kysely<unknown>,
  work: (tx: Sql) => Promise<T>,
): Promise<T> {
  if (sampledSpanContext() === undefined) return await retried(kysely, work);
  const spans = tracer("@waybill/persistence");
  return await spans.startActiveSpan("transaction", spanOptions, async (span) => {
    try {
      return await retried(kysely, work, span);
    } catch (error) {
      span.recordException(error as Error);
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

const spanOptions = { kind: SpanKind.CLIENT, attributes: { "db.system.name": "postgresql" } };

async function retried<T>(
  kysely: Kysely<unknown>,
  work: (tx: Sql) => Promise<T>,
  span?: Span,
): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await kysely.transaction().execute((transaction) => work(sqlOn(transaction)));
    } catch (error) {
      const mayRetry = isConflict(error) || isStalePlan(error);
      if (!mayRetry) throw asUnavailable(error);
      if (attempt === maxRetries) throw unavailable(error);
      countRetry();
      span?.addEvent("retry", { "waybill.attempt": attempt + 1, "error.message": String(error) });
    }
    await sleep(backoff(attempt, retryBackoff));
  }
}
