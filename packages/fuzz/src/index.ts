export { formatReport, printing } from "./cli/printing.ts";
export { type FuzzOptions, fuzz, type Report, type Watcher } from "./run/fuzz.ts";
export { openStage, type Stage } from "./stage/openStage.ts";
export { allTargets, chosen } from "./targets/allTargets.ts";
export type { AnyTarget } from "./targets/target.ts";
