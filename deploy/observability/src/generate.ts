import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dashboards } from "./dashboards.ts";
import { dashboardFolder, fileOf, textOf } from "./files.ts";

mkdirSync(dashboardFolder, { recursive: true });
for (const dashboard of dashboards)
  writeFileSync(join(dashboardFolder, fileOf(dashboard)), textOf(dashboard));
console.log(`${dashboards.length} dashboards written to ${dashboardFolder}`);
