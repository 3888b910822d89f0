import { type Span, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { backoff, sampledSpanContext, sleep, tracer } from "@waybill/chassis";
import type { CompiledQuery, DatabaseConnection, Kysely, QueryResult } from "kysely";
import { countRetry, recordStatement } from "./databaseMetrics.ts";
import { queryOf } from "./dialect/query.ts";
import { asUnavailable, isConflict, isStalePlan, unavailable } from "./errors.ts";
import type { Sql, Statement } from "./statement.ts";

/** How often a transaction that lost against another one is run again. */
const maxRetries = 3;
const retryBackoff = { firstMs: 10, capMs: 200 };

/** Has a query carried out: on a connection of the pool, or on that of a transaction. */
type Execute = (query: CompiledQuery) => Promise<QueryResult<unknown>>;

/** Statements that are carried out so. */
export const sqlOn = (execute: Execute): Sql => ({
  rows: async <Row>(statement: Statement, parameters?: readonly unknown[]) =>
    (await measured<Row>(execute, statement, parameters)).rows,
  run: async (statement, parameters) =>
    Number((await measured(execute, statement, parameters)).numAffectedRows ?? 0n),
});

async function measured<Row>(
  execute: Execute,
  statement: Statement,
  parameters: readonly unknown[] = [],
): Promise<QueryResult<Row>> {
  const since = performance.now();
  try {
    return (await execute(queryOf(statement, parameters))) as QueryResult<Row>;
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
      return await kysely.transaction().execute((transaction) =>
        // Kysely itself would send a statement only after the answer to the one before.
        transaction.getExecutor().provideConnection((connection) => carryOut(connection, work)),
      );
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

/**
 * Runs the work of a transaction. Neither commit nor rollback may follow before all of its statements are answered, whether or not the work has waited for
 * them: one that came after a rollback would be carried out, and committed, by itself.
 */
async function carryOut<T>(
  connection: DatabaseConnection,
  work: (tx: Sql) => Promise<T>,
): Promise<T> {
  const answers: Promise<unknown>[] = [];
  let hasEnded = false;
  const tx = sqlOn(async (query) => {
    if (hasEnded) throw new Error("The transaction has ended");
    const answer = connection.executeQuery<unknown>(query);
    answers.push(answer);
    return await answer;
  });
  try {
    return await work(tx);
  } finally {
    hasEnded = true;
    await Promise.allSettled(answers);
  }
}
