import { parseArgs } from "node:util";
import { dataDirFlag, defaultDataDir } from "@waybill/stack";
import { runCommand } from "./command.ts";
import { takeBackup } from "./takeBackup.ts";

const help = `Backs up all databases of a local stack to one common point, while it runs or not.

npm run backup -- [options]

  --data-dir <folder>   the stack's data folder; default: .waybill
  --to <folder>         where to; default: backups/<time> in the data folder
  --help                prints this
`;

const text = { type: "string" } as const;

await runCommand("backup", async (args) => {
  const options = { "data-dir": text, to: text, help: { type: "boolean", short: "h" } } as const;
  const { values } = parseArgs({ args: [...args], options });
  if (values.help) return help;
  const dataDir = values["data-dir"] ?? defaultDataDir;
  const { folder, takenAt } = await takeBackup(dataDir, values.to);
  return `Backed up as of ${takenAt}, into ${folder}
To put it back, with the stack stopped: npm run restore -- --from ${folder}${dataDirFlag(dataDir)}`;
});
