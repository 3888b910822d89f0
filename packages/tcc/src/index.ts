export type { HashableContent } from "./content.ts";
export { contentHash } from "./content.ts";
export type { Fate, FateSources, Fates, Problem } from "./fate.ts";
export { askFates } from "./fate.ts";
export type {
  DecidedOperation,
  Fence,
  FenceRefusal,
  FenceState,
  Operation,
  TryOperation,
  Verdict,
} from "./fence.ts";
export { decide } from "./fence.ts";
export type { Attempt, Effects, Folded, Outcome } from "./fold.ts";
export { fold } from "./fold.ts";
export {
  countOperations,
  describeOperation,
  observeExpiredHolds,
  recordResolution,
} from "./operationTelemetry.ts";
export type { EndedFence, FenceArchive, Purge, PurgeOptions } from "./purge.ts";
export { fenceRetentionMs, purgeFences } from "./purge.ts";
export type { ExpiredHold, HoldKeeper, Resolution, ResolveOptions } from "./reaper.ts";
export { resolveExpired } from "./reaper.ts";
export { fenceRefusal } from "./refusal.ts";
