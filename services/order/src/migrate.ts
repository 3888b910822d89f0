import { runMigrations } from "@waybill/host";
import { migrations } from "./db/migrations.ts";

await runMigrations("order", process.env, [{ variable: "DATABASE_URL", migrations }]);
