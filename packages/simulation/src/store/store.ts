import type { Model, Models } from "./model.ts";
import { pinned } from "./pins.ts";
import type { Data, Row, Transaction } from "./view.ts";

/** A row that a commit has changed. */
export interface Change {
  readonly table: string;
  readonly key: string;
  readonly before: Row | undefined;
  /** Undefined: deleted. */
  readonly after: Row | undefined;
}

/** One service's database: what it has committed outlives the service's crashes. */
export class Store {
  readonly data: Data;
  readonly #models: Models;
  readonly #committed: (changes: readonly Change[]) => void;

  /** `committed` is told of each commit, at once. */
  constructor(
    models: Models,
    tables: readonly string[],
    committed: (changes: readonly Change[]) => void,
  ) {
    this.#models = models;
    this.#committed = committed;
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

  /** The model of a statement. Throws when its SQL is not the one that was modelled. */
  modelOf(statement: { readonly name: string }): Model {
    const name = pinned(statement.name);
    const model = this.#models[name];
    if (model === undefined) throw new Error(`the statement ${name} has no model`);
    return model;
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
    this.end(transaction);
    if (changes.length > 0) this.#committed(changes);
  }

  /** Gives back what is locked; what is not committed is forgotten. */
  end(transaction: Transaction): void {
    if (!transaction.isOpen) return;
    transaction.isOpen = false;
    for (const name of transaction.locked) this.data.locks.delete(name);
    for (const wake of transaction.waiters.splice(0)) wake();
  }
}
