import { type Result, simulate } from "../simulate.ts";
import type { Assignment } from "./arguments.ts";

/** How often it is said how far it has come. Unit: ms. */
const progressMs = 5_000;

/** The last lines of the trace that are printed. */
const maxTraced = 150;

/** Runs the schedules, one after the other, until a promise is broken; answers the exit code. */
export async function runSchedules(
  { seed, schedules, mutant }: Assignment,
  print: (text: string) => void,
): Promise<number> {
  const begunAt = performance.now();
  const seconds = (): string => ((performance.now() - begunAt) / 1_000).toFixed(1);
  const subject = mutant === undefined ? "" : ` of the mutant ${mutant}`;
  print(`Simulating ${schedules} schedules${subject} from seed ${seed} on.\n`);
  let toldAt = begunAt;
  let steps = 0;
  for (let done = 0; done < schedules; done += 1) {
    const result = await simulate(seed + done);
    steps += result.steps;
    if (result.violation !== undefined) {
      await report(result, mutant, print);
      print(
        `\n${done + 1} schedules, ${steps} steps, ${seconds()} s: seed ${result.seed} breaks a promise.\n`,
      );
      if (mutant === undefined) return 1;
      print(`The mutant ${mutant} is caught.\n`);
      return 0;
    }
    if (performance.now() - toldAt >= progressMs) {
      toldAt = performance.now();
      print(`  ${done + 1} of ${schedules} schedules, ${seconds()} s\n`);
    }
  }
  const perMinute = Math.round(schedules / (Number(seconds()) / 60));
  print(
    `${schedules} schedules, ${steps} steps, ${seconds()} s (${perMinute} a minute): all promises kept.\n`,
  );
  if (mutant === undefined) return 0;
  print(`The mutant ${mutant} has survived.\n`);
  return 1;
}

/** Plays the schedule again, with a trace of it. */
async function report(
  { seed, violation }: Result,
  mutant: string | undefined,
  print: (text: string) => void,
): Promise<void> {
  const lines: string[] = [];
  const again = await simulate(seed, (line) => lines.push(line));
  const left = lines.length - maxTraced;
  print(`\nThe schedule of seed ${seed}, in ms of virtual time:\n`);
  if (left > 0) print(`  (${left} lines before)\n`);
  print(`${lines.slice(-maxTraced).join("\n")}\n\nBroken: ${violation}\n`);
  if (again.violation !== violation) print(`Played again, it ends otherwise: ${again.violation}\n`);
  const same = mutant === undefined ? "" : ` --mutant ${mutant}`;
  print(`Again: npm run simulate -- --seed ${seed} --schedules 1${same}\n`);
}
