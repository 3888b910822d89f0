import { metrics } from "@opentelemetry/api";

const batchSizes = metrics.getMeter("@waybill/batching").createHistogram("waybill.batch.size", {
  description: "Elements per batch, by batching point.",
  unit: "{element}",
  advice: { explicitBucketBoundaries: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512] },
});

/** Tells how large batches are; costs nothing unless metrics are exported. */
export function recordBatchSize(point: string, size: number): void {
  batchSizes.record(size, { "waybill.batch.point": point });
}
