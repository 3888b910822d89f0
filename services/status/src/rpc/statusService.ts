import type { Logger } from "@waybill/chassis";
import type { StatusServiceImplementation } from "@waybill/contracts/status";
import type { StatusApp } from "../app/statusApp.ts";
import { commandRpcs } from "./commandRpcs.ts";
import { readRpcs } from "./readRpcs.ts";
import { summaryRpc } from "./summaryRpc.ts";
import { upkeepRpcs } from "./upkeepRpcs.ts";
import { watchRpc } from "./watchRpc.ts";

/** `shutdown` ends the streams. */
export const statusService = (
  app: StatusApp,
  logger: Logger,
  shutdown: AbortSignal,
): StatusServiceImplementation => ({
  ...commandRpcs(app.commands, logger),
  ...readRpcs(app.db, app.statuses, logger),
  ...summaryRpc(app),
  ...watchRpc(app, shutdown),
  ...upkeepRpcs(app),
});
