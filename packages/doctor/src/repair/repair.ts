import { resolve } from "node:path";
import { isUnavailable } from "@waybill/rpc";
import { defaultDataDir, findStack } from "@waybill/stack";
import { patience } from "../examine/patience.ts";
import { CannotLookError, Databases } from "../look/databases.ts";
import { makeRepairs, mendersOf } from "./makeRepairs.ts";
import { findRepairs, type Repair, type Repaired } from "./repairs.ts";

export interface RepairOptions {
  /** The data folder of a running stack. Default: .waybill in the repository. */
  readonly dataDir?: string | undefined;
  /** Told of all repairs before any is made. */
  readonly onFound?: (repairs: readonly Repair[]) => void;
}

/**
 * Makes the repairs that are provably safe on a running local stack: unannounced orders are announced, unpublished events published, orphaned holds
 * of stock resolved by their orders' fate. Never about money. Answers how each came out. Throws CannotLookError when the stack does not run, or
 * a service that is needed is away.
 */
export async function repair(options: RepairOptions = {}): Promise<readonly Repaired[]> {
  const dataDir = resolve(options.dataDir ?? defaultDataDir);
  const record = findStack(dataDir);
  if (record === undefined)
    throw new CannotLookError(
      `No stack runs on ${dataDir}, and the services make the repairs, each of what it owns. Start it with npm start, then try again.`,
    );
  await using databases = await Databases.open((name) => record.databases[name]);
  const repairs = await findRepairs(databases, new Date(Date.now() - patience.graceMs));
  options.onFound?.(repairs);
  await using menders = mendersOf(dataDir, record);
  try {
    return await makeRepairs(databases, menders, repairs);
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    const text = `A service that is needed for the repairs is away (${(error as Error).message}). What was done so far is done; try again when it is back.`;
    throw new CannotLookError(text, { cause: error });
  }
}
