import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { runTool } from "@waybill/chassis/commandLine";
import { CannotLookError } from "@waybill/doctor";
import { DataFolderError } from "@waybill/stack";
import { type Arguments, help, readArguments } from "./cli/arguments.ts";
import { runLoad } from "./load/runLoad.ts";
import { clusterPlace, NoStackError, stackPlace } from "./place.ts";
import { openShop } from "./shop.ts";
import { playStory } from "./story/story.ts";

const NOT_AS_TOLD = 1;

/** Plays, and answers the exit code. */
async function main({ dataDir, cluster, load }: Arguments): Promise<number> {
  const place = cluster ? clusterPlace(process.env) : stackPlace(resolve(dataDir));
  const run = `demo-${Date.now().toString(36)}${randomBytes(2).toString("hex")}`;
  await using shop = openShop(place, load?.concurrency ?? 1);
  const isGood =
    load === undefined ? await playStory(shop, run, place) : await runLoad(shop, run, place, load);
  return isGood ? 0 : NOT_AS_TOLD;
}

await runTool({
  script: "demo",
  help,
  readArguments,
  run: main,
  expected: [NoStackError, CannotLookError, DataFolderError],
});
