/** A row, by the names of its columns. Never changed in place. */
export type Row = Readonly<Record<string, unknown>>;

/** A statement has to wait for another transaction to end. */
export class WaitError extends Error {
  readonly holder: Transaction;

  constructor(holder: Transaction) {
    super("waits for another transaction");
    this.holder = holder;
  }
}

/** The committed rows of one database, and who has locked which. */
export interface Data {
  readonly tables: ReadonlyMap<string, Map<string, Row>>;
  readonly locks: Map<string, Transaction>;
}

/** What a transaction has locked and written so far. A null is a deleted row. */
export class Transaction {
  readonly locked = new Set<string>();
  readonly writes = new Map<string, Map<string, Row | null>>();
  readonly waiters: (() => void)[] = [];
  waitsFor: Transaction | undefined;
  isOpen = true;
}

/** What one statement sees and does: READ COMMITTED, with the locks of PostgreSQL's rows. */
export class View {
  readonly now: Date;
  readonly #data: Data;
  readonly #transaction: Transaction;
  readonly #writes = new Map<string, Map<string, Row | null>>();

  constructor(data: Data, transaction: Transaction, now: Date) {
    this.#data = data;
    this.#transaction = transaction;
    this.now = now;
  }

  get(table: string, key: string): Row | undefined {
    for (const writes of [this.#writes, this.#transaction.writes]) {
      const written = writes.get(table)?.get(key);
      if (written !== undefined) return written ?? undefined;
    }
    return this.#committed(table).get(key);
  }

  /** Those of these rows that exist, by their keys. */
  some(table: string, keys: readonly string[]): Row[] {
    return [...new Set(keys)].sort().flatMap((key) => asList(this.get(table, key)));
  }

  /** All rows, with their keys. */
  entries(table: string): [key: string, row: Row][] {
    const keys = new Set(this.#committed(table).keys());
    for (const writes of [this.#transaction.writes, this.#writes]) {
      for (const key of writes.get(table)?.keys() ?? []) keys.add(key);
    }
    return [...keys].flatMap((key): [string, Row][] => {
      const row = this.get(table, key);
      return row === undefined ? [] : [[key, row]];
    });
  }

  where(table: string, isMeant: (row: Row) => boolean): Row[] {
    return this.entries(table).flatMap(([, row]) => (isMeant(row) ? [row] : []));
  }

  /** Locks a row, or throws a WaitError. */
  lock(table: string, key: string): void {
    const name = `${table} ${key}`;
    const holder = this.#data.locks.get(name);
    if (holder !== undefined && holder !== this.#transaction) throw new WaitError(holder);
    this.#data.locks.set(name, this.#transaction);
    this.#transaction.locked.add(name);
  }

  isLockedByAnother(table: string, key: string): boolean {
    const holder = this.#data.locks.get(`${table} ${key}`);
    return holder !== undefined && holder !== this.#transaction;
  }

  /** Locks those of these rows that exist, in the order of their keys, and answers them. */
  locked(table: string, keys: readonly string[]): Row[] {
    return [...new Set(keys)].sort().flatMap((key) => {
      if (this.get(table, key) === undefined) return [];
      this.lock(table, key);
      return asList(this.get(table, key));
    });
  }

  /** `insert … on conflict do nothing`: the row, or none when there is one. Waits for a rival that inserts the same. */
  insert(table: string, key: string, row: Row): Row[] {
    if (this.get(table, key) !== undefined) return [];
    this.lock(table, key);
    return this.#write(table, key, row);
  }

  /** Changes a row, and answers it; none when there is none. */
  update(table: string, key: string, change: Row): Row[] {
    const row = this.get(table, key);
    if (row === undefined) return [];
    this.lock(table, key);
    return this.#write(table, key, { ...row, ...change });
  }

  remove(table: string, key: string): void {
    this.lock(table, key);
    this.#writesOf(table).set(key, null);
  }

  /** Adds what this statement has written to what its transaction has. */
  keep(): void {
    for (const [table, rows] of this.#writes) {
      const all = this.#transaction.writes.get(table) ?? new Map<string, Row | null>();
      for (const [key, row] of rows) all.set(key, row);
      this.#transaction.writes.set(table, all);
    }
  }

  #write(table: string, key: string, row: Row): Row[] {
    this.#writesOf(table).set(key, row);
    return [row];
  }

  #writesOf(table: string): Map<string, Row | null> {
    const found = this.#writes.get(table);
    if (found !== undefined) return found;
    const made = new Map<string, Row | null>();
    this.#writes.set(table, made);
    return made;
  }

  #committed(table: string): Map<string, Row> {
    const rows = this.#data.tables.get(table);
    if (rows === undefined) throw new Error(`there is no table ${table}`);
    return rows;
  }
}

const asList = (row: Row | undefined): Row[] => (row === undefined ? [] : [row]);
