import { type Database, openDatabase, type Sql, sql } from "@waybill/persistence";
import type { Change, Deed, Query } from "../../src/store/store.ts";
import type { Data, Row, Transaction } from "../../src/store/view.ts";
import { silent } from "../../src/world/process.ts";

/** A statement that has to wait has been waited for too long: its model does not. Unit: ms. */
const statementTimeoutMs = 2_000;

/** Transactions stay open as long as their statements are repeated one after the other. */
const idleInTransactionTimeoutMs = 600_000;

const clock = {
  schema: sql("virtual_schema", "create schema virtual"),
  table: sql("virtual_clock", "create table virtual.clock (at timestamptz not null)"),
  row: sql("virtual_row", "insert into virtual.clock values ('epoch')"),
  now: sql(
    "virtual_now",
    "create function virtual.now() returns timestamptz stable language sql as 'select at from virtual.clock'",
  ),
  set: sql("virtual_set", "update virtual.clock set at = $1"),
};

/** Why a transaction is rolled back. */
const undone = new Error("rolled back");

interface Open {
  readonly tx: Sql;
  end(isKept: boolean): Promise<void>;
}

/** A service's database on PostgreSQL that repeats what its model has done, at the virtual time at which it did. */
export class Twin implements AsyncDisposable {
  readonly #db: Database;
  /** What is in the tables before anything happens. */
  readonly #seeds: Data["tables"];
  readonly #open = new Map<Transaction, Open>();

  private constructor(db: Database, seeds: Data["tables"]) {
    this.#db = db;
    this.#seeds = seeds;
  }

  /** Migrates an empty database, and gives it virtual time. */
  static async of(service: string, url: string, seeds: Data["tables"]): Promise<Twin> {
    const path = `../../../../services/${service}/src/db/migrations.ts`;
    const { migrations } = await import(path);
    const options = {
      ...{ url, migrations, entities: [], logger: silent, poolSize: 50, applicationName: "twin" },
      ...{ statementTimeoutMs, idleInTransactionTimeoutMs },
    };
    {
      await using db = await openDatabase(options);
      for (const name of ["schema", "table", "row", "now"] as const) await db.run(clock[name]);
      const database = new URL(url).pathname.slice(1);
      const text = `alter database ${database} set search_path = virtual, public, pg_catalog`;
      await db.run(sql("virtual_path", text));
    }
    return new Twin(await openDatabase(options), seeds);
  }

  /** Does the same from the beginning; answers where the two begin to differ. */
  async repeatAll(deeds: readonly Deed[]): Promise<string | undefined> {
    await this.#seed();
    const tables = new Map([...this.#seeds].map(([name, rows]) => [name, new Map(rows)]));
    for (const deed of deeds) {
      const found = await this.#repeat(deed);
      if (found !== undefined) return found;
      if (deed.kind === "commit") for (const change of deed.changes) apply(tables, change);
    }
    await this.#giveUp();
    for (const [name, rows] of tables) {
      const real = await this.#db.rows<Row>(sql(`all_${name}`, `select * from ${name}`));
      const modelled = [...rows.values()];
      const columns = new Set(modelled.flatMap(Object.keys));
      const found = difference(real, modelled, [...columns]);
      if (found !== undefined) return `${name} in the end: ${found}`;
    }
    return undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#giveUp();
    await this.#db[Symbol.asyncDispose]();
  }

  async #seed(): Promise<void> {
    for (const [table, rows] of this.#seeds) {
      await this.#db.run(sql(`empty_${table}`, `truncate ${table} cascade`));
      for (const row of rows.values()) {
        const columns = Object.keys(row);
        const values = columns.map((_, index) => `$${index + 1}`);
        const text = `insert into ${table} (${columns.join(", ")}) values (${values.join(", ")})`;
        await this.#db.run(sql(`seed_${table}`, text), Object.values(row));
      }
    }
  }

  async #repeat(deed: Deed): Promise<string | undefined> {
    const { transaction } = deed;
    if (deed.kind === "statement") {
      const { tx } = this.#open.get(transaction) ?? (await this.#begin(transaction));
      const { query, rows, at } = deed;
      if (query.statement.text.includes("now()")) await this.#db.run(clock.set, [at]);
      const found = await answerOf(tx, query, rows).catch((error) => `PostgreSQL says: ${error}`);
      return found && `${query.statement.name}: ${found}`;
    }
    const open = this.#open.get(transaction);
    this.#open.delete(transaction);
    await open?.end(deed.kind === "commit");
    return undefined;
  }

  /** Rolls back what a schedule left open. */
  async #giveUp(): Promise<void> {
    for (const { end } of this.#open.values()) await end(false);
    this.#open.clear();
  }

  async #begin(transaction: Transaction): Promise<Open> {
    const begun = Promise.withResolvers<Sql>();
    const ending = Promise.withResolvers<void>();
    const ended = this.#db.transaction(async (tx) => {
      begun.resolve(tx);
      await ending.promise;
    });
    ended.catch(begun.reject);
    const open: Open = {
      tx: await begun.promise,
      end: async (isKept) => {
        if (isKept) ending.resolve();
        else ending.reject(undone);
        await ended.catch((error) => {
          if (error !== undone) throw error;
        });
      },
    };
    this.#open.set(transaction, open);
    return open;
  }
}

/** In what PostgreSQL's answer differs from the model's. */
async function answerOf(
  tx: Sql,
  { statement, parameters, wanted }: Query,
  modelled: readonly Row[],
): Promise<string | undefined> {
  if (wanted === "rows") return difference(await tx.rows<Row>(statement, parameters), modelled);
  const count = await tx.run(statement, parameters);
  return count === modelled.length ? undefined : `PostgreSQL: ${count}, model: ${modelled.length}`;
}

/** In what PostgreSQL's rows differ from the model's, in whatever order they are; what only the model has in a row does not count. */
function difference(
  real: readonly Row[],
  modelled: readonly Row[],
  columns = Object.keys(real[0] ?? modelled[0] ?? {}),
): string | undefined {
  const textOf = (row: Row) => columns.map((name) => `${name}=${canonical(row[name])}`).join(" ");
  const [ours, theirs] = [modelled.map(textOf).toSorted(), real.map(textOf).toSorted()];
  if (ours.join("\n") === theirs.join("\n")) return undefined;
  const only = (rows: string[], others: string[]) =>
    rows.filter((row) => !others.includes(row)).join("; ");
  return `PostgreSQL: ${only(theirs, ours)}\n  model: ${only(ours, theirs)}`;
}

function apply(tables: Data["tables"], { table, key, after }: Change): void {
  if (after === undefined) tables.get(table)?.delete(key);
  else tables.get(table)?.set(key, after);
}

/** A value as text: whole numbers alike, whatever their type, and times, whatever their notation. */
function canonical(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (value instanceof Date) return `${+value}`;
  if (typeof value === "string" && isTime.test(value)) return `${+new Date(value)}`;
  if (typeof value === "object") {
    const entries = Object.entries(value).map(([key, inner]) => `${key}:${canonical(inner)}`);
    return `{${entries.toSorted().join(",")}}`;
  }
  return `${typeof value === "bigint" ? "number" : typeof value} ${value}`;
}

const isTime = /^\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)$/;
