import { setTimeout as delay } from "node:timers/promises";
import { type Diagnosis, diagnose, openWork } from "@waybill/doctor";
import type { Stack } from "@waybill/stack";
import { onDatabase } from "../sql.ts";

const POLL_MS = 250;
const EXAMPLES = 20;
/** More than any of the doctor's patience for what is under way: it must be over. */
const HINDSIGHT_MS = 15 * 60_000;

/** How a round ended. */
export interface Quiet {
  /** From healing until nothing was open any more and the doctor was content; undefined when that was not within the bound. */
  readonly tookMs: number | undefined;
  /** What was open in the end. */
  readonly open: Readonly<Record<string, readonly string[]>>;
  readonly diagnosis: Diagnosis;
}

/**
 * Waits until nothing is held, authorised or under way any more, and the doctor, who is told to be patient with nothing, finds all promises
 * kept; at most so long.
 */
export async function untilQuiet(
  stack: Stack,
  acknowledged: Iterable<string>,
  withinMs: number,
): Promise<Quiet> {
  const startedAt = performance.now();
  const ids = [...acknowledged];
  const isLate = () => performance.now() - startedAt > withinMs;
  let open = await findOpen(stack);
  while (true) {
    while (Object.keys(open).length > 0 && !isLate()) {
      await delay(POLL_MS);
      open = await findOpen(stack);
    }
    const tookMs = performance.now() - startedAt;
    const diagnosis = await diagnose({
      dataDir: stack.dataDir,
      acknowledged: ids,
      hindsightMs: HINDSIGHT_MS,
      maxExamples: EXAMPLES,
    });
    const isQuiet = Object.keys(open).length === 0 && diagnosis.healthy;
    if (isQuiet || isLate()) return { tookMs: isQuiet ? tookMs : undefined, open, diagnosis };
    open = await findOpen(stack);
  }
}

async function findOpen(stack: Stack): Promise<Record<string, readonly string[]>> {
  const open: Record<string, readonly string[]> = {};
  for (const { database, what, text } of openWork) {
    const rows = await onDatabase<{ id: string }>(stack, database, `${text} limit ${EXAMPLES}`);
    if (rows.length > 0) open[what] = rows.map(({ id }) => id);
  }
  return open;
}
