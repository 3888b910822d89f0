import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { runCommand } from "./command.ts";
import { compare, comparisonTable, verdict } from "./guard/comparison.ts";
import { type GuardOutcome, runGuard } from "./guard/guardBench.ts";
import { type GuardOptions, help, readGuardOptions } from "./guard/guardOptions.ts";
import type { Measures } from "./guard/measures.ts";
import { usualOptions } from "./options.ts";

const digits = 4;

function present({ measures, troubles }: GuardOutcome, options: GuardOptions): number {
  const compared = compare(recordedIn(options.file) ?? {}, measures);
  console.log(`\n${comparisonTable(compared)}\n`);
  for (const trouble of troubles) console.log(`✘ ${trouble}`);
  if (troubles.length > 0) return 1;
  if (options.isRecording) {
    const recorded = compared
      .filter(({ now }) => now > 0)
      .map(({ name, now }) => [name, short(now)]);
    writeFileSync(options.file, `${JSON.stringify(Object.fromEntries(recorded), null, 2)}\n`);
    console.log(`Recorded in ${options.file}`);
    return 0;
  }
  console.log(verdict(compared));
  return compared.some(({ hasGrown }) => hasGrown) ? 1 : 0;
}

const recordedIn = (file: string): Measures | undefined =>
  existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;

const short = (value: number): number => Number(value.toPrecision(digits));

await runCommand({
  script: "bench:guard",
  help,
  readOptions: readGuardOptions,
  title: ({ rounds, orders }) => `What orders cost: ${rounds} rounds of ${orders} orders`,
  run: async (options, say, signal) =>
    present(await runGuard(options, usualOptions(), say, signal), options),
});
