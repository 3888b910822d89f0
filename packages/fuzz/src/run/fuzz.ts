import { lastLines } from "../stage/logs.ts";
import type { Stage } from "../stage/openStage.ts";
import { stillServes } from "../stage/stillServes.ts";
import type { AnyTarget } from "../targets/target.ts";
import { inTurns } from "./inTurns.ts";
import { portionsOf } from "./portions.ts";
import { type Finding, runPortion } from "./runPortion.ts";
import { type Counts, Tally } from "./tally.ts";

export interface FuzzOptions {
  /** How many inputs in all, spread evenly over the targets. */
  readonly inputs: number;
  readonly seed: number;
  readonly watcher: Watcher;
  /** No more inputs are sent once it aborts; the report is of those that were. */
  readonly signal?: AbortSignal;
}

/** Told how it goes. */
export interface Watcher {
  onProgress(inputs: number, findings: number): void;
  onFinding(finding: Finding, lines: readonly string[]): void;
}

export interface Report {
  readonly seed: number;
  readonly tookMs: number;
  readonly findings: readonly Finding[];
  /** Processes that ended, with their last lines. */
  readonly ended: readonly string[];
  /** Why the stack does not serve afterwards; undefined when it does. */
  readonly broken: string | undefined;
  readonly counts: readonly { readonly name: string; readonly counts: Counts }[];
  readonly ok: boolean;
}

/** How many inputs are under way at a time. */
const AT_A_TIME = 24;
const PROGRESS_MS = 1_000;

/** Sends many inputs at once, to the targets in turns; one that answers wrongly gets no more. */
export async function fuzz(
  stage: Stage,
  targets: readonly AnyTarget[],
  options: FuzzOptions,
): Promise<Report> {
  const { inputs, seed, watcher, signal } = options;
  const began = performance.now();
  const tally = new Tally();
  const findings: Finding[] = [];
  using _progress = every(PROGRESS_MS, () => watcher.onProgress(tally.inputs, findings.length));
  const each = Math.ceil(inputs / targets.length);
  await inTurns(
    targets.map((target) => portionsOf(target, each, seed)),
    AT_A_TIME,
    async (portion) => {
      const finding = await runPortion(portion, tally);
      if (finding === undefined) return !signal?.aborted;
      findings.push(finding);
      watcher.onFinding(finding, lastLines(stage.stack.dataDir, finding.target.part));
      return false;
    },
  );
  const broken = await stillServes(stage.stack);
  return {
    ...{ seed, findings, broken, ended: stage.ended },
    tookMs: performance.now() - began,
    counts: targets.map(({ name }) => ({ name, counts: tally.of(name) })),
    ok: findings.length === 0 && stage.ended.length === 0 && broken === undefined,
  };
}

function every(ms: number, act: () => void): Disposable {
  const timer = setInterval(act, ms);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
