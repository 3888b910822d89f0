/** There is nothing to show; the message says why and what would help. */
export class CannotShowError extends Error {
  override readonly name = "CannotShowError";
}

/** The command line cannot be understood; the message says what. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
