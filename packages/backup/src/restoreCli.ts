import {
  databaseUrl,
  helpOption,
  parseOptions,
  readUrl,
  textOption as text,
  UsageError,
} from "@waybill/chassis/commandLine";
import { dataDirFlag, defaultDataDir } from "@waybill/stack";
import { runCommand } from "./command.ts";
import { restoreBackup } from "./restoreBackup.ts";
import { beginRestoreEpoch, databasesOn } from "./restoreEpoch.ts";

const help = `Puts the databases of a stopped local stack back to a back-up. What was there before is put aside.

npm run restore -- --from <folder> [options]

  --from <folder>       a back-up of npm run backup
  --data-dir <folder>   the stack's data folder; default: .waybill
  --help                prints this

npm run restore -- --database-url <url> [--database-url <url> ...]

  Tells the databases of a PostgreSQL server that they were restored, by whatever means, to one common point. Without that the services would
  take events of the time before for their own. To be done once, after the databases were restored and before any service starts. Where they
  are on several servers: the URL of each database, all in one call.
`;

const options = {
  from: text,
  "data-dir": text,
  "database-url": { ...text, multiple: true },
  help: helpOption,
} as const;

/** A back-up to put back, or else the databases that were restored by other means. */
type Arguments = { readonly from: string; readonly dataDir: string } | readonly string[];

function readArguments(args: readonly string[]): Arguments | undefined {
  const values = parseOptions(args, options);
  if (values.help) return undefined;
  const { from, "database-url": urls = [], "data-dir": dataDir = defaultDataDir } = values;
  if ((from === undefined) === (urls.length === 0))
    throw new UsageError("Name a back-up with --from, or a server with --database-url.");
  for (const url of urls) readUrl("--database-url", url, databaseUrl);
  return from === undefined ? urls : { from, dataDir };
}

async function restore({ from, dataDir }: { from: string; dataDir: string }): Promise<string> {
  const { takenAt, epoch, replaced } = await restoreBackup(from, dataDir);
  const aside = replaced === undefined ? "" : `\nWhat was there before is in ${replaced}`;
  return `Restored as of ${takenAt}; this is restore epoch ${epoch}.${aside}
Next: npm start${flag(dataDir)}, then npm run doctor${flag(dataDir)}`;
}

async function mark(urls: readonly string[]): Promise<string> {
  const [serverUrl = ""] = urls;
  const { epoch, databases } = await beginRestoreEpoch(
    urls.length > 1 ? urls : databasesOn(serverUrl),
  );
  return `Restore epoch ${epoch} has begun in ${databases.join(", ")}.
Next: start the services, then npm run doctor`;
}

const flag = (dataDir: string): string =>
  dataDirFlag(dataDir) === "" ? "" : ` --${dataDirFlag(dataDir)}`;

await runCommand({
  script: "restore",
  help,
  readArguments,
  act: (given) => ("from" in given ? restore(given) : mark(given)),
});
