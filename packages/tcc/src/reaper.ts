import type { Logger } from "@waybill/chassis";
import { askFates, type Fate, type FateQuestion, type Problem } from "./fate.ts";

/** A hold whose expiry has passed, while nobody has confirmed or cancelled it. */
export interface ExpiredHold {
  readonly transactionId: string;
  readonly expiresAt: Date;
}

/** The participant whose holds are resolved. Its methods are idempotent and answer one result per id. */
export interface HoldKeeper {
  /** Undecided holds that expired before `at`, by expiry and then id, beginning after the hold given; at most `limit`. */
  expired(at: Date, after: ExpiredHold | undefined, limit: number): Promise<readonly ExpiredHold[]>;
  confirm(transactionIds: readonly string[]): Promise<readonly PromiseSettledResult<unknown>[]>;
  cancel(transactionIds: readonly string[]): Promise<readonly PromiseSettledResult<unknown>[]>;
  /** Sets a new expiry, unless the hold was decided meanwhile. */
  extend(transactionIds: readonly string[]): Promise<readonly PromiseSettledResult<unknown>[]>;
}

export interface ResolveOptions extends FateQuestion {
  readonly holds: HoldKeeper;
  /** The current time. */
  readonly at: Date;
  readonly logger: Logger;
  readonly signal?: AbortSignal;
}

/** How many holds went which way. */
export interface Resolution {
  readonly confirmed: number;
  readonly cancelled: number;
  readonly extended: number;
  /** Left as they are, because nobody could tell their orders' fate or the change failed. */
  readonly kept: number;
}

/** How many orders are asked for in one call; the batch RPCs take at most 512. */
const pageSize = 256;

/** Bounds one run; a longer backlog is continued by the next one. */
const maxPages = 64;

/** Ids in a log line; the count tells the rest. */
const maxLoggedProblems = 5;

/**
 * Resolves the participant's expired holds by their orders' fate: confirmed or later → confirm, cancelled or abandoned →
 * cancel, still open → extend; `confirmFrom` may put confirming off to PROCESSING. The clock alone releases nothing: a hold about which there is no clear answer is kept, counted
 * and logged, and the next run asks again. Safe to run on several replicas at once.
 */
export async function resolveExpired(options: ResolveOptions): Promise<Resolution> {
  const { holds, at, logger, signal } = options;
  const total = { confirmed: 0, cancelled: 0, extended: 0, kept: 0 };
  let last: ExpiredHold | undefined;
  for (let page = 0; page < maxPages && !signal?.aborted; page += 1) {
    const expired = await holds.expired(at, last, pageSize);
    if (expired.length === 0) break;
    const ids = expired.map((hold) => hold.transactionId);
    const fates = await askFates(ids, options, signal);
    report(fates.problems, logger);
    const resolution = await settle(fates.of, holds, logger);
    for (const kind of resolutionKinds) total[kind] += resolution[kind];
    if (fates.problems.some((problem) => problem.orderId === undefined)) break; // Nobody to ask: try later.
    if (expired.length < pageSize) break;
    last = expired.at(-1);
  }
  return total;
}

const resolutionKinds = ["confirmed", "cancelled", "extended", "kept"] as const;

async function settle(
  fates: ReadonlyMap<string, Fate>,
  holds: HoldKeeper,
  logger: Logger,
): Promise<Resolution> {
  const those = (fate: Fate) => [...fates].filter(([, is]) => is === fate).map(([id]) => id);
  const change = async (fate: "confirm" | "cancel" | "extend"): Promise<[number, number]> => {
    const ids = those(fate);
    if (ids.length === 0) return [0, 0];
    const results = await holds[fate](ids);
    const failed = results.flatMap((result, index) =>
      result.status === "rejected" ? [{ transactionId: ids[index], error: result.reason }] : [],
    );
    for (const failure of failed.slice(0, maxLoggedProblems)) {
      logger.error(
        { ...failure, fate, failed: failed.length },
        "could not resolve an expired hold",
      );
    }
    return [ids.length - failed.length, failed.length];
  };
  const [confirmed, unconfirmed] = await change("confirm");
  const [cancelled, uncancelled] = await change("cancel");
  const [extended, unextended] = await change("extend");
  const kept = those("keep").length + unconfirmed + uncancelled + unextended;
  return { confirmed, cancelled, extended, kept };
}

function report(problems: readonly Problem[], logger: Logger): void {
  for (const problem of problems.slice(0, maxLoggedProblems)) {
    logger.warn(
      { ...problem, problems: problems.length },
      "keeping an expired hold: its order's fate is not known",
    );
  }
}
