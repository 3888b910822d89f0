import { writeFileSync } from "node:fs";
import { runCommand } from "@waybill/bench";
import { contenders } from "./contenders.ts";
import { installPeers } from "./install.ts";
import { helpOf, type PeersOptions, readPeersOptions } from "./options.ts";
import { tables, title } from "./report/printing.ts";
import { ratiosOf, type Standing } from "./report/standings.ts";
import { compare } from "./rounds.ts";

const names = contenders.map(({ name }) => name);

function present(standings: readonly Standing[], options: PeersOptions): number {
  const ratios = ratiosOf("waybill", standings);
  console.log(tables(standings, ratios));
  if (options.jsonFile !== undefined)
    writeFileSync(options.jsonFile, `${JSON.stringify({ options, standings, ratios }, null, 2)}\n`);
  const problems = standings.flatMap(({ name, turns }) =>
    turns.flatMap((turn) => turn.problems.map((problem) => `${name}: ${problem}`)),
  );
  console.log(problems.length === 0 ? "\nAll books add up." : `\n${problems.join("\n")}`);
  return problems.length === 0 ? 0 : 1;
}

await runCommand({
  script: "bench:peers",
  help: helpOf(names),
  readOptions: (args) => readPeersOptions(args, names),
  title,
  run: async (options, say, signal) => {
    installPeers(say);
    const chosen = contenders.filter(({ name }) => options.names.includes(name));
    return present(await compare(chosen, options, say, signal), options);
  },
});
