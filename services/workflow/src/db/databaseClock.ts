import { type Sql, sql } from "@waybill/persistence";

const nowStatement = sql("workflow_now", "select clock_timestamp() as now");

/** An answer that took longer says too little of what time it is. Unit: ms. */
const tellingWithinMs = 500;

/**
 * PostgreSQL's clock, by which all replicas agree when an order is due. What one whose own clock is a minute fast had put off would wait a minute
 * too long.
 */
export class DatabaseClock {
  readonly #db: Sql;
  /** Of performance.now(), which nobody sets. Unit: ms. */
  #aheadMs = 0;

  private constructor(db: Sql) {
    this.#db = db;
  }

  static async open(db: Sql): Promise<DatabaseClock> {
    const clock = new DatabaseClock(db);
    const { aheadMs } = await clock.#ask();
    clock.#aheadMs = aheadMs;
    return clock;
  }

  readonly now = (): Date => new Date(performance.now() + this.#aheadMs);

  /** Asks what time it is. For a background loop: clocks drift. */
  async adjust(): Promise<void> {
    const { aheadMs, tookMs } = await this.#ask();
    if (tookMs <= tellingWithinMs) this.#aheadMs = aheadMs;
  }

  async #ask(): Promise<{ readonly aheadMs: number; readonly tookMs: number }> {
    const askedAt = performance.now();
    const [row] = await this.#db.rows<{ now: Date }>(nowStatement, []);
    const answeredAt = performance.now();
    if (row === undefined) throw new Error("PostgreSQL answered no row");
    const tookMs = answeredAt - askedAt;
    return { aheadMs: row.now.getTime() - (askedAt + tookMs / 2), tookMs };
  }
}
