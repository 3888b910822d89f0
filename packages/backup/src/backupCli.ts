import { helpOption, parseOptions, textOption as text } from "@waybill/chassis/commandLine";
import { dataDirFlag, defaultDataDir } from "@waybill/stack";
import { runCommand } from "./command.ts";
import { takeBackup } from "./takeBackup.ts";

const help = `Backs up all databases of a local stack to one common point, while it runs or not.

npm run backup -- [options]

  --data-dir <folder>   the stack's data folder; default: .waybill
  --to <folder>         where to; default: backups/<time> in the data folder
  --help                prints this
`;

const options = { "data-dir": text, to: text, help: helpOption };

await runCommand({
  script: "backup",
  help,
  readArguments: (args) => {
    const { help: wanted, to, "data-dir": dataDir = defaultDataDir } = parseOptions(args, options);
    return wanted ? undefined : { dataDir, to };
  },
  act: async ({ dataDir, to }) => {
    const { folder, takenAt } = await takeBackup(dataDir, to);
    return `Backed up as of ${takenAt}, into ${folder}
To put it back, with the stack stopped: npm run restore -- --from ${folder}${dataDirFlag(dataDir)}`;
  },
});
