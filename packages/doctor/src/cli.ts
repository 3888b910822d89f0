import { runTool } from "@waybill/chassis/commandLine";
import { DataFolderError } from "@waybill/stack";
import { type Arguments, help, readArguments } from "./cli/arguments.ts";
import { diagnose } from "./diagnose.ts";
import { CannotLookError } from "./look/databases.ts";
import { repair } from "./repair/repair.ts";
import type { Repair } from "./repair/repairs.ts";
import { formatDiagnosis, formatRepairs } from "./report.ts";

const BROKEN = 1;
const COULD_NOT_LOOK = 2;

/** Looks, prints, and answers the exit code. */
async function main({ json, repair: isRepairing, ...place }: Arguments): Promise<number> {
  if (isRepairing) await repairAloud(place.dataDir);
  const diagnosis = await diagnose({
    ...place,
    onProgress: json ? undefined : showProgress,
  }).finally(() => showProgress(undefined));
  console.log(json ? JSON.stringify(diagnosis, null, 2) : formatDiagnosis(diagnosis));
  return diagnosis.healthy ? 0 : BROKEN;
}

/** Prints what is repaired before and after. */
async function repairAloud(dataDir: string | undefined): Promise<void> {
  const onFound = (repairs: readonly Repair[]) =>
    console.log(
      repairs.length === 0 ? "Nothing to repair.\n" : `To repair:\n${formatRepairs(repairs)}`,
    );
  const repaired = await repair({ dataDir, onFound });
  if (repaired.length > 0) console.log(`Repaired:\n${formatRepairs(repaired)}\n`);
}

/** One line on a terminal, written over and in the end erased. */
function showProgress(orders: number | undefined): void {
  if (!process.stderr.isTTY) return;
  const text = orders === undefined ? "" : `${orders.toLocaleString("en")} orders examined`;
  process.stderr.write(`\r\x1b[K${text}`);
}

await runTool({
  script: "doctor",
  help,
  readArguments: (args) => readArguments(args, process.env),
  run: main,
  failed: COULD_NOT_LOOK,
  expected: [CannotLookError, DataFolderError],
});
