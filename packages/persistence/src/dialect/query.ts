import { type CompiledQuery, CompiledQuery as compiled } from "kysely";
import type { Statement } from "../statement.ts";

/** A query of ours, not of MikroORM: its statement is prepared under its name. */
interface StatementQuery extends CompiledQuery {
  readonly statement: Statement;
}

/** Kysely wants a tree and an id with each query, for plugins; there are none. */
const { query, queryId } = compiled.raw("");

/** What Kysely hands through to the connection as it is. */
export const queryOf = (statement: Statement, parameters: readonly unknown[]): StatementQuery => ({
  query,
  queryId,
  sql: statement.text,
  parameters,
  statement,
});

export const statementOf = (of: CompiledQuery): Statement | undefined =>
  (of as Partial<StatementQuery>).statement;
