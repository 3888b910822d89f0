import { processName } from "../arena.ts";
import { lasting, seconds } from "../patience.ts";
import type { Fault } from "./fault.ts";
import { nats, postgres, serviceProcesses } from "./processes.ts";

const SHORTEST_MS = 1_000;
const LONGEST_MS = 40_000;

export const pause: Fault = {
  name: "pause",
  description: "SIGSTOP for 1 to 40 s, then SIGCONT: longer than ack waits and deadlines",
  plan: (chance, { maxMs }) => {
    const target = chance.pick([...serviceProcesses, postgres, nats]);
    const forMs = chance.between(SHORTEST_MS, Math.max(SHORTEST_MS, Math.min(LONGEST_MS, maxMs)));
    return {
      what: `SIGSTOP ${processName(target)} for ${seconds(forMs)}`,
      run: (arena, signal) =>
        arena.alone(target, async () => {
          await arena.stack.kill(target.part, "SIGSTOP", target.replica);
          await lasting(forMs, signal);
          await arena.stack.kill(target.part, "SIGCONT", target.replica);
        }),
    };
  },
};
