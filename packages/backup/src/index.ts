export { type Restored, restoreBackup } from "./restoreBackup.ts";
export { type BeganEpoch, beginRestoreEpoch, databasesOn } from "./restoreEpoch.ts";
export { type Backup, BackupError, takeBackup } from "./takeBackup.ts";
