import { blackHole } from "./blackHole.ts";
import { clockWrong } from "./clockWrong.ts";
import { connectionsCut } from "./connectionsCut.ts";
import { databaseGone } from "./databaseGone.ts";
import { diskFull } from "./diskFull.ts";
import { eventsRepeated } from "./eventsRepeated.ts";
import type { Fault } from "./fault.ts";
import { halfOpen } from "./halfOpen.ts";
import { killAll } from "./killAll.ts";
import { killOne } from "./killOne.ts";
import { killSeveral } from "./killSeveral.ts";
import { latency } from "./latency.ts";
import { natsDown } from "./natsDown.ts";
import { natsStoreLost } from "./natsStoreLost.ts";
import { pause } from "./pause.ts";
import { poison } from "./poison.ts";
import { postgresDown } from "./postgresDown.ts";
import { providerTrouble } from "./providerTrouble.ts";
import { resets } from "./resets.ts";
import { rollingRestart } from "./rollingRestart.ts";

/** All kinds of faults. Their order decides what a seed means. */
export const faults: readonly Fault[] = [
  killOne,
  killSeveral,
  killAll,
  pause,
  rollingRestart,
  postgresDown,
  connectionsCut,
  databaseGone,
  natsDown,
  natsStoreLost,
  latency,
  resets,
  blackHole,
  halfOpen,
  providerTrouble,
  eventsRepeated,
  poison,
  clockWrong,
  diskFull,
];
