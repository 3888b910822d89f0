import { runMigrations } from "@waybill/host";
import { migrations } from "./db/migrations.ts";

await runMigrations("notification", process.env, [{ variable: "DATABASE_URL", migrations }]);
