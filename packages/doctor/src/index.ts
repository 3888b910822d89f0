export {
  type DiagnoseOptions,
  type Diagnosis,
  diagnose,
  type PromiseDiagnosis,
} from "./diagnose.ts";
export type { Finding, PromiseNumber } from "./examine/finding.ts";
export { CannotLookError } from "./look/databases.ts";
export { formatDiagnosis, verdict } from "./report.ts";
