export interface BackoffOptions {
  /** The longest wait after the first failure. Unit: ms. */
  readonly firstMs: number;
  /** How much longer each next wait may be. Default 2. */
  readonly factor?: number;
  /** No wait is longer. Unit: ms. */
  readonly capMs: number;
  /** Yields a number in [0, 1). Default Math.random. */
  readonly random?: () => number;
}

/**
 * How long to wait before trying again, in ms: capped exponential growth, of which a random half is
 * taken off so that those who failed together do not come back together. `attempt` counts from 0.
 */
export function backoff(attempt: number, options: BackoffOptions): number {
  const { firstMs, factor = 2, capMs, random = Math.random } = options;
  const longest = Math.min(capMs, firstMs * factor ** Math.max(0, attempt));
  return Math.round(longest * (0.5 + 0.5 * random()));
}
