import { type Context, context, type Span } from "@opentelemetry/api";
import type { BatchingPointOptions } from "./batchingPoint.ts";
import { countRefused, observeQueue, recordBatch, recordBatchDuration } from "./batchMetrics.ts";
import { type Entry, rejected } from "./entry.ts";
import { DrainingError, OverloadedError } from "./errors.ts";
import { type Handling, settleNarrowing } from "./narrow.ts";
import { endElementSpan, inBatchSpan, startElementSpan } from "./spans.ts";

const defaultMaxBatchSize = 256;
const defaultMaxQueued = 8192;

/** The waiting elements and the lanes that work them off. */
export class BatchQueue<In, Out> {
  readonly #name: string;
  readonly #handling: Handling<In, Out>;
  readonly #maxBatchSize: number;
  readonly #maxQueued: number;
  readonly #lanes: number;
  readonly #contextOf: ((element: In) => Context) | undefined;
  readonly #describe: BatchingPointOptions<In, Out>["describe"];
  readonly #waiting: Entry<In, Out>[] = [];
  readonly #drained = Promise.withResolvers<void>();
  readonly #forget: () => void;
  #busyLanes = 0;
  #startScheduled = false;
  #draining = false;

  constructor(options: BatchingPointOptions<In, Out>) {
    const { name, handle, isTransient = () => false } = options;
    this.#name = name;
    this.#handling = { name, handle, isTransient };
    this.#maxBatchSize = options.maxBatchSize ?? defaultMaxBatchSize;
    this.#maxQueued = options.maxQueued ?? defaultMaxQueued;
    this.#lanes = options.lanes ?? 1;
    this.#contextOf = options.contextOf;
    this.#describe = options.describe;
    for (const limit of [this.#maxBatchSize, this.#maxQueued, this.#lanes]) {
      if (!(limit >= 1)) throw new RangeError(`${name}: a limit of ${limit} lets nothing through`);
    }
    this.#forget = observeQueue(this);
  }

  get name(): string {
    return this.#name;
  }

  /** How many elements have no lane yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Why `count` more elements cannot be taken; undefined when they can. */
  refusalOf(count: number): Error | undefined {
    if (this.#draining) return new DrainingError(this.#name);
    if (this.#waiting.length + count <= this.#maxQueued) return undefined;
    countRefused(this.#name, count);
    return new OverloadedError(this.#name, this.#maxQueued);
  }

  add(
    element: In,
    given: Context | undefined,
    signal: AbortSignal | undefined,
    settle: (result: PromiseSettledResult<Out>) => void,
  ): void {
    const parent = given ?? this.#contextOf?.(element) ?? context.active();
    const span = startElementSpan(this.#name, parent);
    const since = performance.now();
    const settleTraced = span === undefined ? settle : this.#endingSpan(span, element, settle);
    this.#waiting.push({ element, signal, span, since, settle: settleTraced });
    this.#scheduleStart();
  }

  #endingSpan(span: Span, element: In, settle: Entry<In, Out>["settle"]) {
    return (result: PromiseSettledResult<Out>) => {
      const value = result.status === "fulfilled" ? result.value : undefined;
      settle(result); // First: nothing that goes wrong with a span is to keep the caller waiting.
      endElementSpan(span, result, this.#describe?.(element, value));
    };
  }

  drain(): Promise<void> {
    this.#draining = true;
    this.#endWhenEmpty();
    return this.#drained.promise;
  }

  /** Not at once: what arrived in the same turn of the event loop shall share the batch. */
  #scheduleStart(): void {
    if (this.#startScheduled || this.#busyLanes >= this.#lanes) return;
    this.#startScheduled = true;
    setImmediate(() => {
      this.#startScheduled = false;
      this.#startBatches();
    });
  }

  #startBatches(): void {
    while (this.#busyLanes < this.#lanes && this.#waiting.length > 0) {
      const batch = this.#takeBatch();
      if (batch.length > 0) void this.#runBatch(batch);
    }
    this.#endWhenEmpty();
  }

  /** The next elements whose callers still wait for them. */
  #takeBatch(): readonly Entry<In, Out>[] {
    const taken = this.#waiting.splice(0, this.#maxBatchSize);
    return taken.filter((entry) => {
      if (!entry.signal?.aborted) return true;
      entry.settle(rejected(entry.signal.reason));
      return false;
    });
  }

  async #runBatch(batch: readonly Entry<In, Out>[]): Promise<void> {
    this.#busyLanes += 1;
    const begun = performance.now();
    recordBatch(this.#name, batch.length, begun - (batch[0]?.since ?? begun));
    const spans = batch.flatMap(({ span }) => span ?? []);
    await inBatchSpan(this.#name, batch.length, spans, () =>
      settleNarrowing(batch, this.#handling),
    );
    recordBatchDuration(this.#name, performance.now() - begun);
    this.#busyLanes -= 1;
    this.#startBatches();
  }

  #endWhenEmpty(): void {
    if (!this.#draining || this.#busyLanes > 0 || this.#waiting.length > 0) return;
    this.#forget();
    this.#drained.resolve();
  }
}
