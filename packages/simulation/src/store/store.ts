import type { Statement } from "@waybill/persistence";
import type { Model, Models } from "./model.ts";
import { pinned } from "./pins.ts";
import { type Data, type Row, type Transaction, View } from "./view.ts";

/** A row that a commit has changed. */
export interface Change {
  readonly table: string;
  readonly key: string;
  readonly before: Row | undefined;
  /** Undefined: deleted. */
  readonly after: Row | undefined;
}

/** What a database is asked for. */
export interface Query {
  readonly statement: Statement;
  readonly parameters: readonly unknown[];
  /** Whether the caller is told the rows, or how many there are. */
  readonly wanted: "rows" | "count";
}

/** What a database does in a transaction. */
export type Deed = { readonly transaction: Transaction } & (
  | {
      readonly kind: "statement";
      readonly query: Query;
      readonly rows: readonly Row[];
      readonly at: Date;
    }
  | { readonly kind: "commit"; readonly changes: readonly Change[] }
  | { readonly kind: "rollback" }
);

/** One service's database: what it has committed outlives the service's crashes. */
export class Store {
  readonly data: Data;
  readonly #models: Models;
  readonly #onDeed: (deed: Deed) => void;

  /** `onDeed` is told of each deed, at once. */
  constructor(models: Models, tables: readonly string[], onDeed: (deed: Deed) => void) {
    this.#models = models;
    this.#onDeed = onDeed;
    const rows = tables.map((table): [string, Map<string, Row>] => [table, new Map()]);
    this.data = { tables: new Map(rows), locks: new Map() };
  }

  /** The rows of a table, as they are committed. */
  table(name: string): ReadonlyMap<string, Row> {
    const rows = this.data.tables.get(name);
    if (rows === undefined) throw new Error(`there is no table ${name}`);
    return rows;
  }

  /** Puts a row there before anything begins. */
  seed(table: string, key: string, row: Row): void {
    this.data.tables.get(table)?.set(key, row);
  }

  /**
   * Carries a statement out as its model has it. Throws a WaitError while another transaction has what it needs, and another error when its SQL is
   * not the one that was modelled.
   */
  execute(transaction: Transaction, query: Query): readonly Row[] {
    const at = new Date();
    const view = new View(this.data, transaction, at);
    const rows = this.#modelOf(query.statement)(view, query.parameters);
    view.keep();
    this.#onDeed({ kind: "statement", transaction, query, rows, at });
    return rows;
  }

  commit(transaction: Transaction): void {
    const changes: Change[] = [];
    for (const [table, writes] of transaction.writes) {
      const rows = this.data.tables.get(table) as Map<string, Row>;
      for (const [key, row] of writes) {
        changes.push({ table, key, before: rows.get(key), after: row ?? undefined });
        if (row === null) rows.delete(key);
        else rows.set(key, row);
      }
    }
    this.#release(transaction);
    this.#onDeed({ kind: "commit", transaction, changes });
  }

  /** Forgets what a transaction has not committed; nothing when it has ended already. */
  rollBack(transaction: Transaction): void {
    if (!transaction.isOpen) return;
    this.#release(transaction);
    this.#onDeed({ kind: "rollback", transaction });
  }

  /** Gives back what is locked. */
  #release(transaction: Transaction): void {
    transaction.isOpen = false;
    for (const name of transaction.locked) this.data.locks.delete(name);
    for (const wake of transaction.waiters.splice(0)) wake();
  }

  #modelOf(statement: Statement): Model {
    const name = pinned(statement.name);
    const model = this.#models[name];
    if (model === undefined) throw new Error(`the statement ${name} has no model`);
    return model;
  }
}
