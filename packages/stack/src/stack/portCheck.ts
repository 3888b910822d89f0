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

/** Throws PortsTakenError naming every port that is taken, and how to choose others. */
export async function ensurePortsFree(wanted: readonly WantedPort[]): Promise<void> {
  const free = await Promise.all(wanted.map(({ port }) => isPortFree(port)));
  const taken = wanted.filter((_, index) => !free[index]);
  if (taken.length === 0) return;
  const lines = taken.map(
    ({ part, port, flag }) => `Port ${port} for ${part} is taken; choose another one with ${flag}.`,
  );
  throw new PortsTakenError(lines.join("\n"));
}
