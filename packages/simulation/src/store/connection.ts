import { type Database, type Sql, type Statement, UnavailableError } from "@waybill/persistence";
import type { Owner, Scheduler } from "../engine/scheduler.ts";
import type { Chaos } from "../world/chaos.ts";
import type { Query, Store } from "./store.ts";
import { type Row, Transaction, WaitError } from "./view.ts";

/** Who loses against another transaction is run again at most so often, as by packages/persistence. */
const maxRuns = 3;

export interface ConnectionParts {
  readonly store: Store;
  readonly scheduler: Scheduler;
  readonly chaos: Chaos;
  /** The incarnation of the process that is connected. */
  readonly owner: Owner;
  /** Is told of deadlocks, and of what PostgreSQL would refuse: neither may happen. */
  readonly onBroken: (what: string) => void;
}

/** What PostgreSQL says of a deadlock. */
class DeadlockError extends Error {
  readonly code = "40P01";
}

/** A database as a process sees it. Each statement is a step, so that anything can happen between any two. */
export function connect(parts: ConnectionParts): Database & { abandon(): void } {
  const open = new Set<Transaction>();
  const { store } = parts;
  const begin = (): Transaction => {
    const transaction = new Transaction();
    open.add(transaction);
    return transaction;
  };
  const end = (transaction: Transaction): void => {
    store.rollBack(transaction);
    open.delete(transaction);
  };
  const single: Sql = sqlWith(async (query) => {
    const transaction = begin();
    try {
      return await execute(parts, transaction, query, true);
    } finally {
      end(transaction);
    }
  });
  const once = async <T>(work: (tx: Sql) => Promise<T>): Promise<T> => {
    const transaction = begin();
    let last: Promise<unknown> = Promise.resolve();
    try {
      const result = await work(
        sqlWith((query) => {
          // One connection runs one statement after the other, however they are sent.
          const run = () => execute(parts, transaction, query, false);
          const next = last.then(run, run);
          last = next.catch(() => {});
          return next;
        }),
      );
      await commit(parts, transaction);
      return result;
    } finally {
      end(transaction);
    }
  };
  return {
    ...single,
    restoreEpoch: 0n,
    transaction: async (work) => {
      for (let run = 1; ; run += 1) {
        try {
          return await once(work);
        } catch (error) {
          if (!(error instanceof DeadlockError) || run === maxRuns) throw error;
        }
      }
    },
    entities: () => {
      throw new Error("entity managers are not simulated");
    },
    whileLeader: (_name, signal, work) => work(signal), // Each service has one replica here.
    ping: async () => {},
    [Symbol.asyncDispose]: async () => {},
    abandon: () => {
      for (const transaction of open) end(transaction);
    },
  };
}

type Execute = (query: Query) => Promise<readonly Row[]>;

const sqlWith = (run: Execute): Sql => ({
  rows: async <R>(statement: Statement, parameters: readonly unknown[] = []) =>
    (await run({ statement, parameters, wanted: "rows" })) as readonly R[],
  run: async (statement, parameters = []) =>
    (await run({ statement, parameters, wanted: "count" })).length,
});

const lost = () => new UnavailableError("the connection to PostgreSQL was lost");

/** One statement; `alone`: it commits by itself. */
function execute(
  parts: ConnectionParts,
  transaction: Transaction,
  query: Query,
  alone: boolean,
): Promise<readonly Row[]> {
  const { store, scheduler, chaos, owner, onBroken } = parts;
  const { name } = query.statement;
  return new Promise((resolve, reject) => {
    const failed = (error: unknown): void => {
      if (!(error instanceof WaitError)) {
        onBroken(`${name}: ${error}`);
        reject(error);
      } else if (isWaitedForBy(error.holder, transaction)) {
        onBroken(`${name}: deadlock`);
        reject(new DeadlockError("deadlock detected"));
      } else {
        transaction.waitsFor = error.holder;
        error.holder.waiters.push(() => scheduler.enter(owner, chaos.statementMs(), attempt));
      }
    };
    const attempt = (): void => {
      if (!transaction.isOpen || chaos.breaksStatement()) {
        store.rollBack(transaction);
        reject(lost());
        return;
      }
      try {
        const rows = store.execute(transaction, query);
        transaction.waitsFor = undefined;
        if (!alone || transaction.writes.size === 0) resolve(rows);
        else committed(parts, transaction, () => resolve(rows), reject);
      } catch (error) {
        failed(error);
      }
    };
    scheduler.enter(owner, chaos.statementMs(), attempt);
  });
}

function commit(parts: ConnectionParts, transaction: Transaction): Promise<void> {
  const { store, scheduler, chaos, owner } = parts;
  if (transaction.writes.size === 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    scheduler.enter(owner, chaos.statementMs(), () => {
      if (!transaction.isOpen || chaos.breaksStatement()) {
        store.rollBack(transaction);
        reject(lost());
      } else committed(parts, transaction, resolve, reject);
    });
  });
}

/** It is committed; that the process hears of it is another step. */
function committed(
  { store, scheduler, chaos, owner }: ConnectionParts,
  transaction: Transaction,
  resolve: () => void,
  reject: (error: Error) => void,
): void {
  store.commit(transaction);
  const isHeard = !chaos.breaksStatement();
  scheduler.enter(owner, chaos.statementMs(), () => (isHeard ? resolve() : reject(lost())));
}

function isWaitedForBy(holder: Transaction, transaction: Transaction): boolean {
  for (let next: Transaction | undefined = holder; next !== undefined; next = next.waitsFor) {
    if (next === transaction) return true;
  }
  return false;
}
