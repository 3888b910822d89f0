import { setTimeout } from "node:timers/promises";
import type { Arena, Process } from "../arena.ts";
import type { Fault } from "./fault.ts";
import { serviceProcesses } from "./processes.ts";

/**
 * How long a process must have served before its replica may go: twice the longest backoff of the clients' connections, who must have
 * found it again by then. A Deployment's minReadySeconds does the same. Unit: ms.
 */
const MIN_READY_MS = 1_000;

export const rollingRestart: Fault = {
  name: "rolling-restart",
  description: "SIGTERM to one process after the other; clients must not notice",
  plan: (chance) => {
    const order = chance.shuffled(serviceProcesses);
    return {
      what: "rolling restart of all services by SIGTERM",
      run: (arena) => arena.once("rolling-restart", () => restartInTurn(arena, order)),
    };
  },
};

async function restartInTurn(arena: Arena, order: readonly Process[]): Promise<void> {
  const readyAt = new Map<string, number>();
  for (const target of order) {
    const { part, replica } = target;
    const sibling = readyAt.get(part);
    if (sibling !== undefined)
      await setTimeout(Math.max(0, sibling + MIN_READY_MS - performance.now()));
    await arena.alone(target, () => arena.stack.restart(part, replica));
    readyAt.set(part, performance.now());
  }
}
