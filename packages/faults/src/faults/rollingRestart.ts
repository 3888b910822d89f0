import type { Fault } from "./fault.ts";
import { serviceProcesses } from "./processes.ts";

export const rollingRestart: Fault = {
  name: "rolling-restart",
  description: "SIGTERM to one process after the other; clients must not notice",
  plan: (chance) => {
    const order = chance.shuffled(serviceProcesses);
    return {
      what: "rolling restart of all services by SIGTERM",
      run: (arena) =>
        arena.once("rolling-restart", async () => {
          for (const target of order)
            await arena.alone(target, () => arena.stack.restart(target.part, target.replica));
        }),
    };
  },
};
