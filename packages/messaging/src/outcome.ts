/** What became of one message. */
export type Outcome =
  /** It is handled, and that is committed: acknowledged. */
  | { readonly kind: "done" }
  /** Handling it could not even be recorded: delivered again after a pause. */
  | { readonly kind: "again" }
  /** It can never be handled: kept in DEAD_LETTERS, and not delivered again. */
  | { readonly kind: "dead"; readonly reason: string; readonly error: string };

export const done: Outcome = { kind: "done" };
export const again: Outcome = { kind: "again" };
export const dead = (reason: string, error: unknown): Outcome => ({
  kind: "dead",
  reason,
  error: error instanceof Error ? error.message : String(error),
});
