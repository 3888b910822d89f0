import type { Assignment } from "./arguments.ts";
import type { Chunk, Question } from "./worker.ts";
import { Workers } from "./workers.ts";

/** How often it is said how far it has come. Unit: ms. */
const progressMs = 5_000;

/** The last lines of the trace that are printed. */
const maxTraced = 150;

/** How many schedules a worker runs at least before it tells what came of them, and how often at most they all tell. */
const [minChunk, maxChunks] = [10, 10_000];

type Print = (text: string) => void;

/** Runs the schedules, several at a time, until the first that breaks a promise; answers the exit code. */
export async function runSchedules(assignment: Assignment, print: Print): Promise<number> {
  const { seed, schedules, mutant, workers: count } = assignment;
  const begunAt = performance.now();
  const seconds = (): string => ((performance.now() - begunAt) / 1_000).toFixed(1);
  const subject = mutant === undefined ? "" : ` of the mutant ${mutant}`;
  print(`Simulating ${schedules} schedules${subject} from seed ${seed} on.\n`);
  let toldAt = begunAt;
  let [done, steps] = [0, 0];
  let broken: Chunk["broken"];
  await using workers = new Workers(count, mutant);
  for await (const chunk of workers.run(chunksOf(assignment))) {
    done += chunk.schedules;
    steps += chunk.steps;
    broken = chunk.broken;
    if (broken !== undefined) break; // Before the report, so that all workers have stopped by then.
    if (performance.now() - toldAt >= progressMs) {
      toldAt = performance.now();
      print(`  ${done} of ${schedules} schedules, ${seconds()} s\n`);
    }
  }
  const taken = `${done} schedules, ${steps} steps, ${seconds()} s`;
  if (broken === undefined) {
    const perMinute = Math.round(schedules / (Number(seconds()) / 60));
    print(`${taken} (${perMinute} a minute): all promises kept.\n`);
  } else {
    await report(broken, workers, mutant, print);
    print(`\n${taken}: seed ${broken.seed} breaks a promise.\n`);
  }
  if (mutant === undefined) return broken === undefined ? 0 : 1;
  print(`The mutant ${mutant} ${broken === undefined ? "has survived" : "is caught"}.\n`);
  return broken === undefined ? 1 : 0;
}

function chunksOf({ seed, schedules }: Assignment): Question[] {
  const chunk = Math.max(minChunk, Math.ceil(schedules / maxChunks));
  return Array.from({ length: Math.ceil(schedules / chunk) }, (_, index) => {
    const before = index * chunk;
    return { kind: "run", seed: seed + before, schedules: Math.min(chunk, schedules - before) };
  });
}

/** Plays the schedule again, with a trace of it. */
async function report(
  { seed, violation }: NonNullable<Chunk["broken"]>,
  workers: Workers,
  mutant: string | undefined,
  print: Print,
): Promise<void> {
  const { lines, violation: again } = await workers.play(seed);
  const left = lines.length - maxTraced;
  print(`\nThe schedule of seed ${seed}, in ms of virtual time:\n`);
  if (left > 0) print(`  (${left} lines before)\n`);
  print(`${lines.slice(-maxTraced).join("\n")}\n\nBroken: ${violation}\n`);
  if (again !== violation) print(`Played again, it ends otherwise: ${again}\n`);
  const same = mutant === undefined ? "" : ` --mutant ${mutant}`;
  print(`Again: npm run simulate -- --seed ${seed} --schedules 1${same}\n`);
}
