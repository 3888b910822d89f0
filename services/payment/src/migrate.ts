import { runMigrations } from "@waybill/host";
import { migrations } from "./db/migrations.ts";
import { providerMigrations } from "./provider/ledger.ts";

await runMigrations("payment", process.env, [
  { variable: "DATABASE_URL", migrations },
  { variable: "PROVIDER_DATABASE_URL", migrations: providerMigrations },
]);
