/** There is nothing to show; the message says why and what would help. */
export class CannotShowError extends Error {
  override readonly name = "CannotShowError";
}
