import { writeFileSync } from "node:fs";
import { formatDiagnosis } from "@waybill/doctor";
import { runCommand } from "./command.ts";
import { type GatewayOutcome, runGatewayBench } from "./gateway/gatewayBench.ts";
import { type GatewayOptions, help, readGatewayOptions } from "./gateway/gatewayOptions.ts";
import { gatewayTables, gatewayTitle } from "./gateway/gatewayReport.ts";

function present(
  { report, diagnosis, keptIn }: GatewayOutcome,
  { jsonFile }: GatewayOptions,
): number {
  console.log(gatewayTables(report));
  console.log(`\n${formatDiagnosis(diagnosis)}`);
  if (keptIn !== undefined)
    console.log(`\nKept in ${keptIn}; npm run doctor -- --data-dir ${keptIn} looks again.`);
  if (jsonFile !== undefined) {
    const { healthy, promises } = diagnosis;
    writeFileSync(jsonFile, `${JSON.stringify({ ...report, healthy, promises }, null, 2)}\n`);
  }
  const ways = report.comparisons.flatMap((comparison) => comparison.ways);
  const isComplete = ways.every(({ failures }) => failures.length === 0);
  return isComplete && diagnosis.healthy ? 0 : 1;
}

await runCommand({
  script: "bench:gateway",
  help,
  readOptions: readGatewayOptions,
  title: gatewayTitle,
  run: async (options, say, signal) =>
    present(await runGatewayBench(options, say, signal), options),
});
