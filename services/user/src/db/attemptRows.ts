import { type Sql, sql } from "@waybill/persistence";

/** Login attempts that failed or are under way: one row per attempt and key that it counts under. */

const lockStatement = sql(
  "user_lock_attempts",
  // Transactions of one key go one after the other; its rows alone could not be locked before there are any.
  "select pg_advisory_xact_lock(hashtextextended(key, 0))::text from unnest($1::text[]) as key",
);
const recentStatement = sql(
  "user_recent_attempts",
  "select key, at from login_attempts where key = any($1::text[]) and at > $2",
);
const insertStatement = sql(
  "user_insert_attempt",
  "insert into login_attempts (key, attempt_id, at) select key, $2, $3 from unnest($1::text[]) as key",
);
const forgetStatement = sql(
  "user_forget_attempt",
  "delete from login_attempts where key = any($1::text[]) and attempt_id = $2",
);
const resetStatement = sql("user_reset_attempts", "delete from login_attempts where key = $1");
const purgeStatement = sql(
  "user_purge_attempts",
  // Through arrays, which are planned as few: the limit is planned as a tenth of the table, for which all of it would be read.
  `with ended as (
     select key, attempt_id from login_attempts where at <= $1 limit $2 for update skip locked)
   delete from login_attempts a
   using unnest(array(select key from ended), array(select attempt_id from ended)) as e (key, attempt_id)
   where a.key = e.key and a.attempt_id = e.attempt_id`,
);

/** Takes the locks of these keys until the transaction ends, always in the same order. */
export async function lockAttempts(tx: Sql, keys: readonly string[]): Promise<void> {
  await tx.rows(lockStatement, [keys.toSorted()]);
}

/** When the attempts of each key later than `since` were. */
export async function recentAttempts(
  tx: Sql,
  keys: readonly string[],
  since: Date,
): Promise<ReadonlyMap<string, readonly Date[]>> {
  const rows = await tx.rows<{ key: string; at: Date }>(recentStatement, [keys, since]);
  const times = Map.groupBy(rows, ({ key }) => key);
  return new Map([...times].map(([key, found]) => [key, found.map(({ at }) => at)]));
}

export async function insertAttempt(
  tx: Sql,
  keys: readonly string[],
  attemptId: string,
  at: Date,
): Promise<void> {
  await tx.run(insertStatement, [keys, attemptId, at]);
}

/** Takes one attempt back. */
export async function forgetAttempt(
  db: Sql,
  keys: readonly string[],
  attemptId: string,
): Promise<void> {
  await db.run(forgetStatement, [keys, attemptId]);
}

/** Takes all attempts of a key back. */
export async function resetAttempts(db: Sql, key: string): Promise<void> {
  await db.run(resetStatement, [key]);
}

/** How many attempts up to that time were removed; at most `limit`. */
export const purgeAttempts = (db: Sql, until: Date, limit: number): Promise<number> =>
  db.run(purgeStatement, [until, limit]);
