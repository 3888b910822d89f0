import { furnish, type Shop } from "../shop.ts";
import { type Scene, type Stage, scenes } from "./scenes.ts";

/** Plays all scenes; answers whether every one went as told. */
export async function playStory(shop: Shop, run: string): Promise<boolean> {
  const stage: Stage = { shop, run, tell, show };
  await furnish(shop.users, shop.items);
  let isGood = true;
  for (const [index, scene] of scenes.entries()) {
    tell(`\n${index + 1}. ${scene.title}\n`);
    isGood = (await playScene(scene, stage)) && isGood;
  }
  tell(isGood ? "\n✔ All went as told." : "\n✘ Not all went as told.");
  tell(whatNext(shop));
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

function whatNext(shop: Shop): string {
  const curl = "npx buf curl --protocol grpc --http2-prior-knowledge";
  const status = shop.addressOf("status");
  const asAdmin = '-H "authorization: Bearer $(npm run -s token -- --admin)"';
  return `
Try next:
  npm run demo -- --orders 1000 --concurrency 64   many orders at once; kill a service meanwhile, it is started again
  npm run doctor                                   holds the databases against what is promised
  ${curl} ${asAdmin} -d '{"page_size": 3}' \\
    http://${status}/waybill.status.v1.StatusService/ListStatuses`;
}
