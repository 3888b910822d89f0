/**
 * PostgreSQL cannot be reached, dropped the connection, or has no room or time for the work now. Worth trying again later. When it was
 * lost during a commit, the transaction may or may not have been committed, so work must be
 * idempotent. `cause` is the driver's error.
 */
export class UnavailableError extends Error {
  override readonly name = "UnavailableError";
}

/** Network errors, as Node names them. */
const networkCodes = new Set([
  "ECONNABORTED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
]);

/** SQLSTATEs after which there is no connection any more, there was none to be had, or it leads to the wrong server. */
const connectionStates = new Set([
  "25006", // read_only_sql_transaction: a standby, which was the primary or is about to be
  "25P03", // idle_in_transaction_session_timeout
  "53300", // too_many_connections
  "57P01", // admin_shutdown
  "57P02", // crash_shutdown
  "57P03", // cannot_connect_now: starting up or shutting down
  "57P05", // idle_session_timeout
]);

/** States that are a connection's failure with these words only. */
const connectionWords = new Map([
  // object_not_in_prerequisite_state: an administrator has closed the database (`allow_connections false`).
  ["55000", /is not currently accepting connections/],
  // feature_not_supported: how a standby refuses the begin of a transaction that writes.
  ["0A000", /cannot set transaction read-write mode during recovery/],
]);

/** pg, pg-pool and kysely give these no code. */
const connectionMessages =
  /Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|not queryable|use a pool after calling end|driver has already been destroyed/;

const conflictStates = new Set([
  "40001", // serialization_failure
  "40P01", // deadlock_detected
]);

/** Passing troubles that are neither conflicts nor lost connections. */
const passingStates = new Set([
  "53000", // insufficient_resources
  "53100", // disk_full
  "53200", // out_of_memory
  "55P03", // lock_not_available
  "57014", // query_canceled, by the statement timeout
]);

/**
 * Whether the same work may well succeed later: an unavailable database, a conflict, a timeout, a
 * lack of resources. False for everything that is wrong with the work itself.
 */
export function isTransient(error: unknown): boolean {
  return (
    isConnectionFailure(error) ||
    isConflict(error) ||
    isStalePlan(error) ||
    passingStates.has(codeOf(error))
  );
}

/** Whether the error says that the connection is gone, or that none could be made. */
export function isConnectionFailure(error: unknown): boolean {
  if (error instanceof UnavailableError) return true;
  const code = codeOf(error);
  if (networkCodes.has(code) || connectionStates.has(code) || /^08\w{3}$/.test(code)) return true;
  if (!(error instanceof Error)) return false;
  const words = connectionWords.get(code);
  if (words !== undefined) return words.test(error.message);
  return code === "" && connectionMessages.test(error.message);
}

/** Whether the transaction lost against another one, and would do if it ran again. */
export const isConflict = (error: unknown): boolean => conflictStates.has(codeOf(error));

/**
 * Whether a prepared statement outlived the table that it was planned for: another replica has
 * migrated. On a fresh connection it works again.
 */
export function isStalePlan(error: unknown): boolean {
  const code = codeOf(error);
  if (code === "26000") return true; // invalid_sql_statement_name: the server has forgotten it.
  return (
    code === "0A000" &&
    error instanceof Error &&
    error.message.includes("cached plan must not change result type")
  );
}

/** The error itself, or an UnavailableError around it when it is a connection's failure or a passing trouble. */
export function asUnavailable(error: unknown): unknown {
  if (error instanceof UnavailableError) return error;
  return isConnectionFailure(error) || passingStates.has(codeOf(error))
    ? unavailable(error)
    : error;
}

/** An UnavailableError around whatever went wrong. */
export const unavailable = (cause: unknown): UnavailableError =>
  new UnavailableError(`PostgreSQL is unavailable: ${messageOf(cause)}`, { cause });

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === "string" ? code : "";
}

/** An AggregateError (several addresses tried) has no message of its own, only a code. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message === "" ? codeOf(error) : error.message;
}
