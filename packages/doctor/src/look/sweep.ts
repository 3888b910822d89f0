import { type Facts, noFacts } from "../examine/facts.ts";
import type { Databases } from "./databases.ts";
import { type Source, sources } from "./sources.ts";

/** Rows per page and table: a few MB in all. */
const PAGE_ROWS = 5_000;

interface Keyed {
  readonly id: string;
}

/** Takes one snapshot per database, all within a moment; `read` then sees nothing that happens later. */
export async function takeSnapshots(databases: Databases): Promise<void> {
  await databases.everywhere("begin isolation level repeatable read read only");
  // All rows will be read: sort once instead of looking for the first ones.
  await databases.everywhere("set local cursor_tuple_fraction = 1");
  const declared = sources.map(({ database, table, key, columns }) =>
    databases.query(
      database,
      `declare ${table}_cursor no scroll cursor for
       select ${key} as id, ${columns} from ${table} order by ${key} collate "C"`,
    ),
  );
  await Promise.all(declared);
}

/**
 * The facts of all orders, in portions, within the snapshots. Every table is read in pages in the order of the ids, and the pages are merged,
 * so that memory holds one page of each at a time, however many orders there are.
 */
export async function* readAll(databases: Databases): AsyncGenerator<ReadonlyMap<string, Facts>> {
  const readers = sources.map((source) => new Reader(databases, source));
  while (true) {
    await Promise.all(readers.map((reader) => reader.fill()));
    const open = readers.filter((reader) => !reader.ended);
    // Beyond the least of the last ids there may be more rows that have not been read.
    const limit = open.map((reader) => reader.lastId).reduce(least, undefined);
    const facts = new Map<string, Facts>();
    for (const reader of readers) reader.takeBelow(limit, facts);
    yield facts;
    if (open.length === 0) return;
  }
}

const least = (a: string | undefined, b: string | undefined): string | undefined =>
  a === undefined || (b !== undefined && b < a) ? b : a;

/** Reads one table by its cursor. */
class Reader {
  readonly #databases: Databases;
  readonly #source: Source;
  #rows: readonly Keyed[] = [];
  /** The table has no rows after those that are here. */
  ended = false;

  constructor(databases: Databases, source: Source) {
    this.#databases = databases;
    this.#source = source;
  }

  get lastId(): string | undefined {
    return this.#rows.at(-1)?.id;
  }

  /** Reads on unless more than the rows of one id are here. */
  async fill(): Promise<void> {
    if (this.ended || (this.#rows.length > 0 && this.#rows[0]?.id !== this.lastId)) return;
    const { database, table } = this.#source;
    const text = `fetch forward ${PAGE_ROWS} from ${table}_cursor`;
    const page = await this.#databases.query<Keyed>(database, text);
    this.#rows = this.#rows.length === 0 ? page : [...this.#rows, ...page];
    this.ended = page.length < PAGE_ROWS;
  }

  /** Adds the rows of ids below the limit, all rows without one. */
  takeBelow(limit: string | undefined, facts: Map<string, Facts>): void {
    let taken = 0;
    for (const row of this.#rows) {
      if (limit !== undefined && row.id >= limit) break;
      addRow(this.#source, row, facts);
      taken += 1;
    }
    this.#rows = this.#rows.slice(taken);
  }
}

function addRow(source: Source, row: Keyed, facts: Map<string, Facts>): void {
  let known = facts.get(row.id);
  if (known === undefined) {
    known = noFacts(row.id);
    facts.set(row.id, known);
  }
  source.add(known, row);
}

/** The facts of these orders as they are now, each table read once. */
export async function readSome(
  databases: Databases,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Facts>> {
  const facts = new Map<string, Facts>();
  const reading = sources.map(async (source) => {
    const { database, table, key, columns } = source;
    const text = `select ${key} as id, ${columns} from ${table} where ${key} = any($1::text[])`;
    for (const row of await databases.query<Keyed>(database, text, [ids])) {
      addRow(source, row, facts);
    }
  });
  await Promise.all(reading);
  return facts;
}
