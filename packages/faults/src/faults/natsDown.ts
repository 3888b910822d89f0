import { lasting, seconds } from "../patience.ts";
import type { Fault } from "./fault.ts";
import { nats } from "./processes.ts";

const LONGEST_MS = 20_000;

export const natsDown: Fault = {
  name: "nats-down",
  description: "SIGKILL of NATS, restarted after 0 to 20 s",
  plan: (chance, { maxMs }) => {
    const forMs = chance.between(0, Math.min(LONGEST_MS, maxMs));
    return {
      what: `SIGKILL of NATS, down for ${seconds(forMs)}`,
      run: (arena, signal) => arena.outage(nats, () => lasting(forMs, signal)),
    };
  },
};
