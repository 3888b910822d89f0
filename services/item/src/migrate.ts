import { runMigrations } from "@waybill/host";
import { migrations } from "./db/migrations.ts";

await runMigrations("item", process.env, [{ variable: "DATABASE_URL", migrations }]);
