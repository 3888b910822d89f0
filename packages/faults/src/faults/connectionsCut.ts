import { databaseNames, databaseOf } from "@waybill/stack";
import { onPostgres } from "../sql.ts";
import type { Fault } from "./fault.ts";

export const connectionsCut: Fault = {
  name: "connections-cut",
  description: "PostgreSQL ends all connections of one database, or of all",
  plan: (chance) => {
    const database = chance.pick([...databaseNames, undefined]);
    const names = database === undefined ? databaseNames : [database];
    return {
      what: `all connections to ${database === undefined ? "all databases" : databaseOf(database)} ended`,
      run: async (arena) => {
        await onPostgres(
          arena.stack,
          "select pg_terminate_backend(pid) from pg_stat_activity where datname = any($1)",
          [names.map(databaseOf)],
        );
      },
    };
  },
};
