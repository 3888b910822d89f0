import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { UsageError } from "@waybill/chassis/commandLine";
import { CannotLookError } from "@waybill/doctor";
import { type Arguments, help, readArguments } from "./cli/arguments.ts";
import { runLoad } from "./load/runLoad.ts";
import { clusterPlace, NoStackError, stackPlace } from "./place.ts";
import { openShop } from "./shop.ts";
import { playStory } from "./story/story.ts";

const NOT_AS_TOLD = 1;
const NOTHING_TO_PLAY_ON = 2;

/** Plays, and answers the exit code. */
async function main({ dataDir, cluster, load }: Arguments): Promise<number> {
  const place = cluster ? clusterPlace(process.env) : stackPlace(resolve(dataDir));
  const run = `demo-${Date.now().toString(36)}${randomBytes(2).toString("hex")}`;
  await using shop = openShop(place, load?.concurrency ?? 1);
  const isGood =
    load === undefined ? await playStory(shop, run, place) : await runLoad(shop, run, place, load);
  return isGood ? 0 : NOT_AS_TOLD;
}

try {
  const options = readArguments(process.argv.slice(2));
  if (options === undefined) console.log(help);
  else process.exitCode = await main(options);
} catch (error) {
  const isUsage = error instanceof UsageError || error instanceof NoStackError;
  const isExpected = isUsage || error instanceof CannotLookError;
  console.error(isExpected ? error.message : error);
  if (error instanceof UsageError) console.error("npm run demo -- --help tells the options.");
  process.exitCode = isUsage ? NOTHING_TO_PLAY_ON : NOT_AS_TOLD;
}
