import { noArguments, runTool } from "@waybill/chassis/commandLine";
import { checkExpressions } from "./check/checkExpressions.ts";
import { canRun } from "./servers/canRun.ts";

const help = `Shows that no dashboard and no rule asks for what is not there: starts a stack of its own, orders and faults, and Debian's Prometheus beside it,
evaluates every expression, and prints those that have no data. It takes two to three minutes.

npm run observe:check
`;

async function run(): Promise<number> {
  if (canRun("prometheus")) return (await checkExpressions(console.log)) ? 0 : 1;
  console.log("SKIPPED: there is no prometheus on the PATH (Debian: apt-get install prometheus)");
  return 0;
}

await runTool({
  script: "observe:check",
  help,
  readArguments: noArguments,
  run,
});
