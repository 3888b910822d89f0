export { printing } from "./cli/printing.ts";
export { faults } from "./faults/catalogue.ts";
export type { Fault } from "./faults/fault.ts";
export { type PlayOptions, playRounds, type Watcher } from "./run/playRounds.ts";
export type { Report, RollingRestart, RoundReport } from "./run/report.ts";
