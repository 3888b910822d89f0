import { runCommand } from "./command.ts";
import { help, readOptions } from "./replicas/options.ts";
import { runReplicas } from "./replicas/run.ts";
import { table } from "./report/table.ts";

await runCommand({
  script: "bench:replicas",
  help,
  readOptions,
  title: ({ orders, replicas }) => `${orders} orders on ${replicas} replicas of every service`,
  run: async (options, say, signal) => {
    const { shares, isGood } = await runReplicas(options, say, signal);
    const rows = shares.map(({ process, handled, batches }) => [
      process,
      `${handled}`,
      `${batches}`,
    ]);
    console.log(`\n${table(["process", "handled", "in batches"], rows).join("\n")}`);
    return isGood ? 0 : 1;
  },
});
