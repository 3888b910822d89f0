import { type Attributes, metrics } from "@opentelemetry/api";

const meter = metrics.getMeter("waybill.batching");

/** Unit: s. */
const explicitBucketBoundaries = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

const sizes = meter.createHistogram("waybill.batch.size", {
  description: "Elements per batch, by batching point.",
  unit: "{element}",
  advice: { explicitBucketBoundaries: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512] },
});
const waits = meter.createHistogram("waybill.batch.wait", {
  description: "How long the first element of each batch had waited when the batch began.",
  unit: "s",
  advice: { explicitBucketBoundaries },
});
const durations = meter.createHistogram("waybill.batch.duration", {
  description: "How long each batch was worked on.",
  unit: "s",
  advice: { explicitBucketBoundaries },
});
const refused = meter.createCounter("waybill.batch.refused", {
  description: "Elements that were refused since too many were waiting.",
  unit: "{element}",
});

/** Where elements wait. */
export interface Queue {
  readonly name: string;
  readonly waiting: number;
}

const queues = new Set<Queue>();

meter
  .createObservableGauge("waybill.batch.queue", {
    description: "Elements that wait for their batch now, by batching point.",
    unit: "{element}",
  })
  .addCallback((result) => {
    for (const { name, waiting } of queues) result.observe(waiting, attributesOf(name));
  });

const attributes = new Map<string, Attributes>();

function attributesOf(point: string): Attributes {
  let known = attributes.get(point);
  if (known === undefined) {
    known = { "waybill.batch.point": point };
    attributes.set(point, known);
  }
  return known;
}

/** Has the depth of a queue told, until the answer is called. */
export function observeQueue(queue: Queue): () => void {
  queues.add(queue);
  return () => queues.delete(queue);
}

/** Tells of a batch that begins, and of the element that has waited longest for it. Costs next to nothing unless metrics are exported. */
export function recordBatch(point: string, size: number, waitedMs: number): void {
  const of = attributesOf(point);
  sizes.record(size, of);
  waits.record(Math.max(0, waitedMs) / 1_000, of);
}

export function recordBatchDuration(point: string, ms: number): void {
  durations.record(ms / 1_000, attributesOf(point));
}

export function countRefused(point: string, elements: number): void {
  refused.add(elements, attributesOf(point));
}
