import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { noArguments, runTool } from "@waybill/chassis/commandLine";
import { dashboards } from "./dashboards.ts";
import { dashboardFolder, fileOf, textOf } from "./files.ts";

const help = `Writes Grafana's dashboards, as deploy/observability/src/dashboards.ts describes them, to ${dashboardFolder}.

npm run observe:generate
`;

async function run(): Promise<number> {
  mkdirSync(dashboardFolder, { recursive: true });
  for (const dashboard of dashboards)
    writeFileSync(join(dashboardFolder, fileOf(dashboard)), textOf(dashboard));
  console.log(`${dashboards.length} dashboards written to ${dashboardFolder}`);
  return 0;
}

await runTool({
  script: "observe:generate",
  help,
  readArguments: noArguments,
  run,
});
