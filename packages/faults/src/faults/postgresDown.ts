import { lasting, seconds } from "../patience.ts";
import type { Fault } from "./fault.ts";
import { postgres } from "./processes.ts";

const LONGEST_MS = 20_000;

export const postgresDown: Fault = {
  name: "postgres-down",
  description: "SIGKILL of PostgreSQL's postmaster, restarted after 0 to 20 s",
  plan: (chance, { maxMs }) => {
    const forMs = chance.between(0, Math.min(LONGEST_MS, maxMs));
    return {
      what: `SIGKILL of the postmaster, down for ${seconds(forMs)}`,
      run: (arena, signal) => arena.outage(postgres, () => lasting(forMs, signal)),
    };
  },
};
