import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/**
 * Below the range from which the kernel takes ports for outgoing connections (32768 and up): a server that is restarted on its port must
 * find it free, and a client that keeps dialling a dead port must not end up connected to itself.
 */
const LOWEST = 20_000;
const HIGHEST = 32_000;
const MAX_TRIES = 100;

/** Whether somebody could listen on this port of this address now. */
export function isPortFree(port: number, host = "127.0.0.1"): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** What this process was given: nobody may listen there yet. */
const given = new Set<number>();

/** A port of the loopback address that is free now, and that this process was not given before. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const port = randomInt(LOWEST, HIGHEST);
    if (given.has(port)) continue;
    given.add(port);
    if (await isPortFree(port)) return port;
  }
  throw new Error(`No free port found between ${LOWEST} and ${HIGHEST}`);
}
