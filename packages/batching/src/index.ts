export {
  type BatchingPoint,
  type BatchingPointOptions,
  createBatchingPoint,
} from "./batchingPoint.ts";
export { DrainingError, OverloadedError } from "./errors.ts";
