export {
  type BatchingPoint,
  type BatchingPointOptions,
  createBatchingPoint,
} from "./batchingPoint.ts";
export { recordBatchSize } from "./batchSizes.ts";
export { DrainingError, OverloadedError } from "./errors.ts";
