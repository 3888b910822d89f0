import { deadLettersStream, ordersStream } from "@waybill/contracts/events";
import { type BatchGetStatusesResponse, OrderState } from "@waybill/contracts/status";
import type { FateSources } from "./fate.ts";

/** A fence that has been in an end state for long. */
export interface EndedFence {
  readonly transactionId: string;
  readonly isConfirmed: boolean;
}

/** The participant whose fences are purged. */
export interface FenceArchive {
  /** Fences in an end state since before `before`, the oldest first; at most `limit`. It may read all that are old. */
  ended(before: Date, limit: number): Promise<readonly EndedFence[]>;
  /** Deletes those of these that still are in an end state since before `before`; answers how many. */
  forget(transactionIds: readonly string[], before: Date): Promise<number>;
}

export interface PurgeOptions {
  readonly fences: FenceArchive;
  readonly status: FateSources["status"];
  readonly before: Date;
  readonly signal?: AbortSignal | undefined;
}

/** What a run did. */
export interface Purge {
  readonly forgotten: number;
  /** There may be more: the next run is to follow at once. */
  readonly again: boolean;
}

const dayMs = 24 * 60 * 60 * 1_000;

/**
 * How long fences in an end state are kept by default. An event can come back as late: given up at the end of its stream's time, replayed at the end of
 * DEAD_LETTERS', and read at the end of its stream's again. Its Try would find no fence, and be made once more. Unit: ms.
 */
export const fenceRetentionMs = 2 * ordersStream.maxAgeMs + deadLettersStream.maxAgeMs + dayMs;

/** Fences per transaction: short enough not to hold up others; the batch RPCs take at most 512. */
const pageSize = 256;

/** Bounds one run, for which they are read once; a longer backlog is continued by the next one. */
const maxFences = 64 * pageSize;

/**
 * Forgets fences that ended long ago, and whose orders have ended too: an order that hangs, for however long, finds its fences when it is taken
 * up again. Throws, and forgets nothing more, when status does not answer.
 */
export async function purgeFences({ fences, ...options }: PurgeOptions): Promise<Purge> {
  const { status, before, signal } = options;
  const old = await fences.ended(before, maxFences);
  let forgotten = 0;
  for (let start = 0; start < old.length && !signal?.aborted; start += pageSize) {
    const page = old.slice(start, start + pageSize);
    const orderIds = page.map(({ transactionId }) => transactionId);
    const { results } = await status.batchGetStatuses({ orderIds }, { signal });
    const over = page.filter((fence, index) => isOver(fence, results[index]?.result));
    const ids = over.map(({ transactionId }) => transactionId);
    if (ids.length > 0) forgotten += await fences.forget(ids, before);
  }
  // When nothing was forgotten, those that stay would only be looked at once more.
  return { forgotten, again: old.length === maxFences && forgotten > 0 };
}

/** google.rpc.Code.NOT_FOUND */
const notFoundCode = 5;

/** What status does not know is no order, and never will be: its hold was cancelled for that. One that was confirmed nevertheless is kept as evidence. */
function isOver(
  { isConfirmed }: EndedFence,
  result: BatchGetStatusesResponse["results"][number]["result"],
): boolean {
  if (result?.$case === "failure") return result.value.code === notFoundCode && !isConfirmed;
  const state = result?.value.status?.state;
  return state === OrderState.DELIVERED || state === OrderState.CANCELLED;
}
