import { runMigrations } from "@waybill/host";
import { migrations } from "./db/migrations.ts";

await runMigrations("shipping", process.env, [{ variable: "DATABASE_URL", migrations }]);
