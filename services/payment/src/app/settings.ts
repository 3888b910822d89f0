/** What can be tuned. Defaults and environment variables: config.ts. */
export interface Settings {
  /** How long a payment may be undecided before its order's fate is asked for. Unit: ms. */
  readonly holdExpiryMs: number;
  /** How long a payment may be CONFIRMING or CANCELLING before somebody else takes it up. Unit: ms. */
  readonly settleAfterMs: number;
  /** How long a batch waits for the provider; who is not answered by then is told to ask again. Unit: ms. */
  readonly providerPatienceMs: number;
  /** When a provider's silence counts as unknown. Unit: ms. */
  readonly providerTimeoutMs: number;
  /** Calls of the provider under way at a time. */
  readonly providerConcurrency: number;
  /** How long fences in an end state are kept: longer than any event can come back. Unit: ms. */
  readonly retentionMs: number;
  /** Operations per batch, and batches at a time. */
  readonly batchSize: number;
  readonly batchLanes: number;
}
