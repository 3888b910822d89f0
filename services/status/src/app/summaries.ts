import { type BatchingPoint, createBatchingPoint } from "@waybill/batching";
import { isTransient, type Sql } from "@waybill/persistence";
import { type StateSummary, summarizeStatuses } from "../db/statusSummary.ts";

/** Summaries of all orders: whoever asks while one is made shares the next one, for each counts up to 300,000 rows of an index. */
export const summaries = (db: Sql): BatchingPoint<undefined, readonly StateSummary[]> =>
  createBatchingPoint({
    name: "status.summaries",
    handle: async (askers: readonly undefined[]) => {
      const summary = await summarizeStatuses(db);
      return askers.map(() => summary);
    },
    isTransient,
  });
