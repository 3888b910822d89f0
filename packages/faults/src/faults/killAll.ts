import type { Fault } from "./fault.ts";
import { nats, postgres, serviceProcesses } from "./processes.ts";

export const killAll: Fault = {
  name: "kill-all",
  description: "SIGKILL of all services, PostgreSQL and NATS at once",
  plan: () => ({
    what: "SIGKILL of everything",
    run: async (arena) => {
      const all = [...serviceProcesses, postgres, nats];
      await Promise.all(all.map((target) => arena.kill(target)));
    },
  }),
};
