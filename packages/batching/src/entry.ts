import type { Span } from "@opentelemetry/api";

/** One submitted element until it has its result. */
export interface Entry<In, Out> {
  readonly element: In;
  readonly signal: AbortSignal | undefined;
  /** From submit to result; only for elements of sampled traces. */
  readonly span: Span | undefined;
  /** When it was submitted, by performance.now(). */
  readonly since: number;
  /** Called exactly once. */
  readonly settle: (result: PromiseSettledResult<Out>) => void;
}

export const rejected = (reason: unknown): PromiseRejectedResult => ({
  status: "rejected",
  reason,
});
