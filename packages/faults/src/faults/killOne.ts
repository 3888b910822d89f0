import { processName } from "../arena.ts";
import type { Fault } from "./fault.ts";
import { serviceProcesses } from "./processes.ts";

export const killOne: Fault = {
  name: "kill-one",
  description: "SIGKILL of one process of a service",
  plan: (chance) => {
    const target = chance.pick(serviceProcesses);
    return {
      what: `SIGKILL ${processName(target)}`,
      run: (arena) => arena.kill(target),
    };
  },
};
