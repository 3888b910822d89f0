import { lasting, seconds } from "../patience.ts";
import type { Fault } from "./fault.ts";

const LONGEST_MS = 10_000;

export const diskFull: Fault = {
  name: "disk-full",
  description: "no space is left for PostgreSQL and JetStream",
  unavailable: ({ disk }) => disk.unavailable,
  plan: (chance, { maxMs }) => {
    const forMs = chance.between(1_000, Math.max(1_000, Math.min(LONGEST_MS, maxMs)));
    return {
      what: `disk full for ${seconds(forMs)}`,
      run: async ({ disk }, signal) => {
        disk.fill();
        await lasting(forMs, signal);
        disk.free();
      },
    };
  },
};
