import { processName } from "../arena.ts";
import { lasting, seconds } from "../patience.ts";
import type { Fault } from "./fault.ts";
import { serviceProcesses } from "./processes.ts";

const DEVIATION_S = 60;
const LONGEST_MS = 20_000;

export const clockWrong: Fault = {
  name: "clock-wrong",
  description: "the clock of one process a minute ahead, that of another one behind",
  unavailable: ({ clocks }) => clocks.unavailable,
  plan: (chance, { maxMs }) => {
    const [fast, slow] = chance.pickSome(serviceProcesses, 2).map(processName) as [string, string];
    const forMs = chance.between(2_000, Math.max(2_000, Math.min(LONGEST_MS, maxMs)));
    return {
      what: `${fast} a minute ahead and ${slow} a minute behind for ${seconds(forMs)}`,
      run: async ({ clocks }, signal) => {
        clocks.set(fast, DEVIATION_S);
        clocks.set(slow, -DEVIATION_S);
        await lasting(forMs, signal);
        clocks.set(fast, 0);
        clocks.set(slow, 0);
      },
    };
  },
};
