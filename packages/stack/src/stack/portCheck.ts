import { isPortFree } from "../process/ports.ts";

/** A part, and where it is to listen. */
export interface WantedPort {
  part: string;
  port: number;
  /** The flag by which another one is chosen. */
  flag: string;
}

/** Ports that others listen on. */
export class PortsTakenError extends Error {
  override readonly name = "PortsTakenError";
}

const anyFreePorts = "Is another Waybill running? --port-base free takes free ports for all parts.";

/** Throws PortsTakenError naming every port that is taken, and how to choose others. */
export async function ensurePortsFree(wanted: readonly WantedPort[]): Promise<void> {
  const free = await Promise.all(wanted.map(({ port }) => isPortFree(port)));
  const taken = wanted.filter((_, index) => !free[index]);
  if (taken.length === 0) return;
  const flags = [...new Set(taken.map(({ flag }) => flag))];
  const lines = flags.map((flag) => {
    const ports = taken.filter((one) => one.flag === flag);
    const named = ports.map(({ part, port }) => `${port} for ${part}`).join(", ");
    return `Taken: port ${named}. Choose with ${flag}.`;
  });
  throw new PortsTakenError([...lines, anyFreePorts].join("\n"));
}
