import { databaseNames, databaseOf } from "@waybill/stack";
import { lasting, seconds } from "../patience.ts";
import { onPostgres } from "../sql.ts";
import type { Fault } from "./fault.ts";

const LONGEST_MS = 20_000;

export const databaseGone: Fault = {
  name: "database-gone",
  description: "one database takes no connections for a while",
  plan: (chance, { maxMs }) => {
    const name = databaseOf(chance.pick(databaseNames));
    const forMs = chance.between(0, Math.min(LONGEST_MS, maxMs));
    return {
      what: `${name} unreachable for ${seconds(forMs)}`,
      run: async ({ stack }, signal) => {
        await onPostgres(stack, `alter database ${name} allow_connections false`);
        try {
          const end = "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1";
          await onPostgres(stack, end, [name]);
          await lasting(forMs, signal);
        } finally {
          await onPostgres(stack, `alter database ${name} allow_connections true`);
        }
      },
    };
  },
};
