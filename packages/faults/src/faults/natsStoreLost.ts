import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Fault } from "./fault.ts";
import { nats } from "./processes.ts";

export const natsStoreLost: Fault = {
  name: "nats-store-lost",
  description: "SIGKILL of NATS, its JetStream store deleted while it is down",
  plan: () => ({
    what: "SIGKILL of NATS and its store deleted",
    run: (arena) =>
      arena.outage(nats, async () => {
        rmSync(join(arena.stack.dataDir, "nats/jetstream"), { recursive: true });
      }),
  }),
};
