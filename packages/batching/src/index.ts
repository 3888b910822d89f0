export {
  type BatchingPoint,
  type BatchingPointOptions,
  createBatchingPoint,
} from "./batchingPoint.ts";
export { observeQueue, type Queue, recordBatch, recordBatchDuration } from "./batchMetrics.ts";
export { DrainingError, OverloadedError } from "./errors.ts";
