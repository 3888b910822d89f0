import type { Contender } from "./contender.ts";
import { dbos } from "./contenders/dbos.ts";
import { limit } from "./contenders/limit.ts";
import { restate, restateOnePartition } from "./contenders/restate.ts";
import { saga } from "./contenders/saga.ts";
import { waybill } from "./contenders/waybill.ts";

/** In the order in which they take their turns. */
export const contenders: readonly Contender[] = [
  waybill,
  limit,
  saga,
  restateOnePartition,
  restate,
  dbos,
];
