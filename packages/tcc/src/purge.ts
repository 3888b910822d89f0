import { deadLettersStream, ordersStream } from "@waybill/contracts/events";
import { type BatchGetStatusesResponse, OrderState } from "@waybill/contracts/status";
import type { FateSources } from "./fate.ts";

/** A fence that has been in an end state for long. */
export interface EndedFence {
  readonly transactionId: string;
  readonly isConfirmed: boolean;
  /** By which the old ones are read in turn, together with the id. */
  readonly at: Date;
}

/** The participant whose fences are purged. */
export interface FenceArchive {
  /** Fences in an end state since before `before`, by time and then id, beginning after the one given; at most `limit`. */
  ended(before: Date, after: EndedFence | undefined, limit: number): Promise<readonly EndedFence[]>;
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

/** Bounds one run; a longer backlog is continued by the next one. */
const maxPages = 64;

/**
 * Forgets fences that ended long ago, and whose orders have ended too: an order that hangs, for however long, finds its fences when it is taken
 * up again. Throws, and forgets nothing more, when status does not answer.
 */
export async function purgeFences({ fences, ...options }: PurgeOptions): Promise<Purge> {
  const { status, before, signal } = options;
  let forgotten = 0;
  let last: EndedFence | undefined;
  for (let page = 0; page < maxPages && !signal?.aborted; page += 1) {
    const old = await fences.ended(before, last, pageSize);
    if (old.length === 0) return { forgotten, again: false };
    const orderIds = old.map(({ transactionId }) => transactionId);
    const { results } = await status.batchGetStatuses({ orderIds }, { signal });
    const over = old.filter((fence, index) => isOver(fence, results[index]?.result));
    const ids = over.map(({ transactionId }) => transactionId);
    if (ids.length > 0) forgotten += await fences.forget(ids, before);
    if (old.length < pageSize) return { forgotten, again: false };
    last = old.at(-1);
  }
  return { forgotten, again: forgotten > 0 }; // Those that stay would only be looked at once more.
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
