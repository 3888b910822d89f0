import { createHash } from "node:crypto";

/** An SQL text with a name, made once by `sql` and executed many times. */
export interface Statement {
  /** The name of the prepared statement on the server: see pg_prepared_statements. */
  readonly name: string;
  readonly text: string;
}

/**
 * What statements are executed on: a database, or a transaction of it. Those of a transaction are carried out in the order in which they are called, each without
 * waiting for the answer to the one before.
 */
export interface Sql {
  /**
   * The rows that the statement returns. Parameters: int8 takes bigint or number, timestamptz takes
   * Date, json takes a plain object (an array only stringified), an array goes to a PostgreSQL
   * array, undefined is null. Columns: int8 is bigint, timestamptz is Date, json is parsed, numeric
   * and date are text.
   */
  rows<Row>(statement: Statement, parameters?: readonly unknown[]): Promise<readonly Row[]>;
  /** How many rows the statement inserted, updated or deleted. */
  run(statement: Statement, parameters?: readonly unknown[]): Promise<number>;
}

/** PostgreSQL cuts longer identifiers off; the digest takes 9 of its 63 bytes. */
const maxNameLength = 54;

/**
 * A statement with placeholders `$1`, `$2`, …; arrays go to `unnest($1::text[])` and the like. Each
 * connection parses and plans it once, under its name and a digest of the text. So make statements
 * once, at module level, and never one per value.
 */
export function sql(name: string, text: string): Statement {
  const digest = createHash("sha256").update(text).digest("hex").slice(0, 8);
  return { name: `${name.slice(0, maxNameLength)}_${digest}`, text };
}

/** The name that a statement was made with, as people know it. */
export const withoutDigest = (name: string): string => name.replace(/_[\da-f]{8}$/, "");
