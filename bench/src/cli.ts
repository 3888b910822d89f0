import { writeFileSync } from "node:fs";
import { formatDiagnosis } from "@waybill/doctor";
import { type Outcome, runBench } from "./bench.ts";
import { runCommand } from "./command.ts";
import { type BenchOptions, help, readOptions } from "./options.ts";
import { tables, title } from "./report/printing.ts";

function present({ report, diagnosis, keptIn }: Outcome, { jsonFile }: BenchOptions): number {
  console.log(tables(report));
  console.log(`\n${formatDiagnosis(diagnosis)}`);
  if (keptIn !== undefined)
    console.log(`\nKept in ${keptIn}; npm run doctor -- --data-dir ${keptIn} looks again.`);
  if (jsonFile !== undefined) {
    const { healthy, promises } = diagnosis;
    writeFileSync(jsonFile, `${JSON.stringify({ ...report, healthy, promises }, null, 2)}\n`);
  }
  const isComplete = report.failures.length === 0 && report.unfinished === 0;
  return isComplete && diagnosis.healthy ? 0 : 1;
}

await runCommand({
  script: "bench",
  help,
  readOptions,
  title: (options) => `Waybill's benchmark: ${title(options)}`,
  run: async (options, say, signal) => present(await runBench(options, say, signal), options),
});
