import type { Attributes, Context } from "@opentelemetry/api";
import { BatchQueue } from "./batchQueue.ts";

export interface BatchingPointOptions<In, Out> {
  /** For spans and errors, for example "status.update". */
  readonly name: string;
  /**
   * Works off a batch and answers one result per element, in the same order. A refusal of one
   * element is a result, not an error. After an unexpected error it is called again with halves, so
   * a call that throws must leave nothing behind: one transaction, or idempotent steps.
   */
  readonly handle: (elements: readonly In[]) => Promise<readonly Out[]>;
  /** Elements per batch at most. Default 256. */
  readonly maxBatchSize?: number;
  /** Batches in flight at most. Default 1; with more, elements may overtake each other. */
  readonly lanes?: number;
  /** Elements that wait at most; beyond that, submissions are refused. Default 8192. */
  readonly maxQueued?: number;
  /** Whether an error is nobody's fault, so that the whole batch fails with it. Default: never. */
  readonly isTransient?: (error: unknown) => boolean;
  /**
   * What the span of a sampled element tells, such as its order: asked when it has its result (undefined when it failed). Nothing secret.
   */
  readonly describe?: (element: In, result: Out | undefined) => Attributes;
  /** The trace context of an element. Default: the one active when it is submitted. */
  readonly contextOf?: (element: In) => Context;
}

/** Turns single elements into batches: what arrives while one is worked on is the next one. */
export interface BatchingPoint<In, Out> extends AsyncDisposable {
  /**
   * Yields the element's result. Rejects with an OverloadedError or a DrainingError when it was not
   * taken, with the signal's reason when the signal aborted before its batch began (afterwards the
   * signal has no effect), and otherwise with what the handler threw for this element.
   */
  submit(element: In, options?: { signal?: AbortSignal; context?: Context }): Promise<Out>;
  /**
   * The same for many, with a result for each, in order. Rejects only when none was taken: there
   * must be room for all. `contexts`, when given, has one context per element.
   */
  submitAll(
    elements: readonly In[],
    options?: { signal?: AbortSignal; contexts?: readonly Context[] },
  ): Promise<readonly PromiseSettledResult<Out>[]>;
}

/**
 * A batching point without timers: an idle one starts at the end of the current turn of the event
 * loop, a busy one gathers whatever comes until a lane is free. Disposal finishes what was taken.
 */
export function createBatchingPoint<In, Out>(
  options: BatchingPointOptions<In, Out>,
): BatchingPoint<In, Out> {
  const queue = new BatchQueue(options);
  return {
    submit: (element, { signal, context: of } = {}) =>
      new Promise<Out>((resolve, reject) => {
        const refusal = queue.refusalOf(1);
        if (refusal !== undefined) {
          reject(refusal);
          return;
        }
        queue.add(element, of, signal, (result) => {
          if (result.status === "fulfilled") resolve(result.value);
          else reject(result.reason);
        });
      }),
    submitAll: (elements, { signal, contexts } = {}) =>
      new Promise((resolve, reject) => {
        const refusal = queue.refusalOf(elements.length);
        if (refusal !== undefined) {
          reject(refusal);
          return;
        }
        const results: PromiseSettledResult<Out>[] = new Array(elements.length);
        let missing = elements.length;
        if (missing === 0) resolve(results);
        elements.forEach((element, index) => {
          queue.add(element, contexts?.[index], signal, (result) => {
            results[index] = result;
            missing -= 1;
            if (missing === 0) resolve(results);
          });
        });
      }),
    [Symbol.asyncDispose]: () => queue.drain(),
  };
}
