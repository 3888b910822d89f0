/** What a connection between two parts suffers from. Nothing, unless it is said. */
export interface Weather {
  /** Each piece of data arrives so much later, in order. */
  readonly latencyMs?: number;
  /** The share of pieces of data instead of which the connection is reset; 0 to 1. */
  readonly resets?: number;
  /** Connections are accepted, and nothing is ever heard again. */
  readonly isBlackHole?: boolean;
}

export const fair: Weather = {};
