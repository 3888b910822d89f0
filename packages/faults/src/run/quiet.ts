import { setTimeout as delay } from "node:timers/promises";
import { type Diagnosis, diagnose, type Finding, openWork } from "@waybill/doctor";
import type { Stack } from "@waybill/stack";
import { POISON } from "../faults/poison.ts";
import { onDatabase } from "../sql.ts";

const POLL_MS = 250;
const EXAMPLES = 20;
const FINDINGS = 1_000;
/** More than any of the doctor's patience for what is under way: it must be over. */
const HINDSIGHT_MS = 15 * 60_000;

/** How a round ended. */
export interface Quiet {
  /** From healing until nothing was open any more and the doctor was content; undefined when that was not within the bound. */
  readonly tookMs: number | undefined;
  /** What was open in the end. */
  readonly open: Readonly<Record<string, readonly string[]>>;
  /** What the doctor has found, by kind. */
  readonly broken: Readonly<Record<string, number>>;
  readonly diagnosis: Diagnosis;
}

export interface QuietOptions {
  /** When all was healed, by performance.now(). */
  readonly healedAt: number;
  readonly withinMs: number;
}

/**
 * Waits until nothing is held, authorised or under way any more, and the doctor, who is told to be patient with nothing, finds all promises
 * kept; at most so long.
 */
export async function untilQuiet(
  stack: Stack,
  acknowledged: Iterable<string>,
  { healedAt, withinMs }: QuietOptions,
): Promise<Quiet> {
  const ids = [...acknowledged];
  const isLate = () => performance.now() - healedAt > withinMs;
  let open = await findOpen(stack);
  while (true) {
    while (Object.keys(open).length > 0 && !isLate()) {
      await delay(POLL_MS);
      open = await findOpen(stack);
    }
    const tookMs = performance.now() - healedAt;
    const diagnosis = await diagnose({
      dataDir: stack.dataDir,
      acknowledged: ids,
      hindsightMs: HINDSIGHT_MS,
      maxExamples: FINDINGS,
    });
    const broken = brokenOf(diagnosis);
    const isQuiet = Object.keys(open).length === 0 && Object.keys(broken).length === 0;
    if (isQuiet || isLate()) {
      return { tookMs: isQuiet ? tookMs : undefined, open, broken, diagnosis };
    }
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

/**
 * Only the owner of a stream may publish there: a well-formed event that somebody forges is believed by those who ship and tell, and it is the
 * doctor who notices.
 */
const forgeries = new Set(["notification-without-event", "shipped-too-early"]);
const isForged = ({ check, subject }: Finding): boolean =>
  forgeries.has(check) && subject.startsWith(POISON);

function brokenOf({ promises }: Diagnosis): Readonly<Record<string, number>> {
  const broken: Record<string, number> = {};
  for (const promise of promises) {
    const forged = promise.examples.filter(isForged);
    for (const [check, times] of Object.entries(promise.broken)) {
      const left = times - forged.filter((finding) => finding.check === check).length;
      if (left > 0) broken[check] = left;
    }
  }
  return broken;
}
