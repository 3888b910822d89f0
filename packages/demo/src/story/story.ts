import type { Place } from "../place.ts";
import { furnish, type Shop } from "../shop.ts";
import { type Scene, type Stage, scenes } from "./scenes.ts";
import { whatNext } from "./whatNext.ts";

/** Plays all scenes; answers whether every one went as told. */
export async function playStory(shop: Shop, run: string, { books }: Place): Promise<boolean> {
  const stage: Stage = { shop, run, tell, show };
  await furnish(shop.users, shop.items);
  let isGood = true;
  for (const [index, scene] of scenes.entries()) {
    tell(`\n${index + 1}. ${scene.title}\n`);
    isGood = (await playScene(scene, stage)) && isGood;
  }
  tell(isGood ? "\n✔ All went as told." : "\n✘ Not all went as told.");
  if ("dataDir" in books) tell(whatNext(shop.addressOf("status"), books.dataDir));
  return isGood;
}

async function playScene(scene: Scene, stage: Stage): Promise<boolean> {
  try {
    return await scene.play(stage);
  } catch (error) {
    stage.tell(`    ✘ ${error instanceof Error ? error.message : error}`);
    return false;
  }
}

const erase = () => process.stdout.isTTY && process.stdout.write("\r\x1b[K");

function tell(line: string): void {
  erase();
  console.log(line);
}

/** Only a terminal can take something back. */
function show(passing: string): void {
  if (erase()) process.stdout.write(passing);
}
