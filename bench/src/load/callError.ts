/** A request was not answered as it should be. */
export class CallError extends Error {
  override readonly name = "CallError";
  /** The name of the gRPC status, or the HTTP status: "UNAVAILABLE", "503". */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
