import { parseArgs } from "node:util";
import { checkExpressions } from "./check/checkExpressions.ts";
import { hasPrometheus } from "./check/prometheus.ts";

const help = `Shows that no dashboard and no rule asks for what is not there: starts a stack of its own, orders and faults, and Debian's Prometheus beside it,
evaluates every expression, and prints those that have no data. It takes two to three minutes.

npm run observe:check
`;

const { values } = parseArgs({ options: { help: { type: "boolean", short: "h" } } });
if (values.help) console.log(help);
else if (!hasPrometheus()) {
  console.log("SKIPPED: there is no prometheus on the PATH (Debian: apt-get install prometheus)");
} else process.exitCode = (await checkExpressions(console.log)) ? 0 : 1;
