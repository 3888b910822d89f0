/** A thread that runs schedules in virtual time, with one rule broken when it is told so. */
import { parentPort, workerData } from "node:worker_threads";
import { installVirtualTime } from "../engine/virtualTime.ts";
import { loadAs } from "../mutants/loading.ts";

/** What a worker is asked for: some schedules until one breaks a promise, or one with its trace. */
export type Question =
  | { readonly kind: "run"; readonly seed: number; readonly schedules: number }
  | { readonly kind: "play"; readonly seed: number };

/** What came of some schedules. */
export interface Chunk {
  readonly schedules: number;
  readonly steps: number;
  /** The last one's, when it broke a promise. */
  readonly broken: { readonly seed: number; readonly violation: string } | undefined;
}

/** One schedule with its trace. */
export interface Played {
  readonly lines: readonly string[];
  readonly violation: string | undefined;
}

// Before anything else is loaded: what is, lives in virtual time, and reads as the mutant has it.
installVirtualTime();
loadAs(workerData);
const { simulate } = await import("../simulate.ts");

async function run(first: number, schedules: number): Promise<Chunk> {
  let steps = 0;
  for (let done = 1; done <= schedules; done += 1) {
    const { seed, violation, steps: taken } = await simulate(first + done - 1);
    steps += taken;
    if (violation !== undefined) return { schedules: done, steps, broken: { seed, violation } };
  }
  return { schedules, steps, broken: undefined };
}

async function play(seed: number): Promise<Played> {
  const lines: string[] = [];
  const { violation } = await simulate(seed, { trace: (line) => lines.push(line) });
  return { lines, violation };
}

parentPort?.on("message", async (question: Question) => {
  const { kind, seed } = question;
  parentPort?.postMessage(kind === "run" ? await run(seed, question.schedules) : await play(seed));
});
