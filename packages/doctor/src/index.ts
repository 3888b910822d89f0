export {
  type DiagnoseOptions,
  type Diagnosis,
  diagnose,
  type PromiseDiagnosis,
} from "./diagnose.ts";
export type { Finding, PromiseNumber } from "./examine/finding.ts";
export { CannotLookError } from "./look/databases.ts";
export { type OpenWork, openWork } from "./look/openWork.ts";
export {
  type Menders,
  type MendingClients,
  makeRepairs,
  mendersOver,
} from "./repair/makeRepairs.ts";
export { type RepairOptions, repair } from "./repair/repair.ts";
export { findRepairs, type Repair, type Repaired } from "./repair/repairs.ts";
export { formatDiagnosis, verdict } from "./report.ts";
