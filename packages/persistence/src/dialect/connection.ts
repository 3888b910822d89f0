import type { CompiledQuery, DatabaseConnection, QueryResult } from "kysely";
import { DatabaseError, type PoolClient, type QueryConfig } from "pg";
import { isConnectionFailure, isStalePlan } from "../errors.ts";
import { statementTypes } from "../typeParsers.ts";
import { statementOf } from "./query.ts";

/** A result as pg gives it; several commands in one text give an array of them. */
interface PgResult {
  readonly command: string;
  readonly rowCount: number | null;
  readonly rows: unknown[];
}

type PgClient = PoolClient & {
  /** "I" idle, "T" in a transaction, "E" in a failed one. */
  getTransactionStatus(): string | null;
};

const writingCommands = new Set(["INSERT", "UPDATE", "DELETE", "MERGE"]);

/** A pooled connection while somebody uses it. A broken one never goes back to the pool. */
export class PooledConnection implements DatabaseConnection {
  readonly #client: PgClient;
  #broken = false;
  #released = false;
  /** The begin of a transaction that was sent and not awaited. */
  #begun: Promise<unknown> | undefined;

  constructor(client: PoolClient) {
    this.#client = client as PgClient;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const statement = statementOf(query);
    const values = query.parameters as unknown[];
    const result = this.#query(
      statement === undefined
        ? { text: query.sql, values }
        : { name: statement.name, text: query.sql, values, types: statementTypes },
    );
    const [{ command, rowCount, rows }] = await Promise.all([result, this.#begun]);
    const affected = writingCommands.has(command) ? BigInt(rowCount ?? 0) : undefined;
    return { numAffectedRows: affected, rows: (rows ?? []) as Row[] };
  }

  // biome-ignore lint/correctness/useYield: The interface wants it; nothing here reads in chunks.
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error("Streaming is not supported: page by key instead");
  }

  /**
   * Sends the begin of a transaction together with the statement after it, which fails when the begin
   * does: a round trip less. Nothing else is awaited on a connection that is not trusted any more.
   */
  begin(command: string): void {
    this.#begun = this.#query({ text: command });
    this.#begun.catch(() => this.condemn()); // Told by the statements.
  }

  /** Sends a command of transaction control, and yields the command that PostgreSQL answers with. */
  async control(command: string): Promise<string> {
    const [{ command: answer }] = await Promise.all([this.#query({ text: command }), this.#begun]);
    this.#begun = undefined;
    return answer;
  }

  /** The connection is no longer to be trusted, and is closed when it is released. */
  condemn(): void {
    this.#broken = true;
  }

  /** Idempotent. Closes the connection unless it is as good as new. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    const idle = (this.#client.getTransactionStatus() ?? "I") === "I";
    this.#client.release(this.#broken || !idle);
  }

  #query(config: QueryConfig): Promise<PgResult> {
    return new Promise((resolve, reject) => {
      this.#client.query(config, (error: Error | null, result: PgResult) => {
        if (error === null || error === undefined) resolve(result);
        else reject(this.#judged(error, config.name));
      });
    });
  }

  /** Only an answer of the server proves that the connection still works. */
  #judged(error: Error, statement: string | undefined): Error {
    const answered = error instanceof DatabaseError;
    if (!answered || isConnectionFailure(error) || isStalePlan(error)) this.condemn();
    return statement === undefined ? error : Object.assign(error, { statement });
  }
}
