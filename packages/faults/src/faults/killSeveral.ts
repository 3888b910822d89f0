import { processName } from "../arena.ts";
import type { Fault } from "./fault.ts";
import { serviceProcesses } from "./processes.ts";

const AT_MOST = 5;

export const killSeveral: Fault = {
  name: "kill-several",
  description: "SIGKILL of several processes at once",
  plan: (chance) => {
    const targets = chance.pickSome(serviceProcesses, chance.between(2, AT_MOST));
    return {
      what: `SIGKILL ${targets.map(processName).join(", ")} at once`,
      run: async (arena) => {
        await Promise.all(targets.map((target) => arena.kill(target)));
      },
    };
  },
};
