import { runMigrations } from "@waybill/host";
import { migrations } from "./db/migrations.ts";

await runMigrations("workflow", process.env, [{ variable: "DATABASE_URL", migrations }]);
