import type { Daemon } from "../process/daemon.ts";

const EVERY_MS = 2_000;
const ANSWER_WITHIN_MS = 1_000;
/** So often in a row it must say so. */
const PATIENCE = 3;

/** What the server answers under /healthz. */
interface Health {
  readonly error?: string;
}

/**
 * Ends the server, so that it is started anew, when it keeps saying that a stream cannot be written: NATS 2.14 never writes to a stream
 * again that once met a full disk, also when there is room by now. A server that does not answer is left alone.
 */
export function watchWrites(
  daemon: Pick<Daemon, "ended" | "retire">,
  monitorPort: number,
  everyMs = EVERY_MS,
): void {
  let inARow = 0;
  const look = async () => {
    const problem = await writeProblemOf(monitorPort);
    inARow = problem === undefined ? 0 : inARow + 1;
    if (problem !== undefined && inARow === PATIENCE) await daemon.retire(problem);
  };
  const timer = setInterval(() => void look(), everyMs).unref();
  const stop = () => clearInterval(timer);
  daemon.ended.then(stop, stop);
}

/** What keeps a stream from being written, if anything. */
async function writeProblemOf(monitorPort: number): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const response = await fetch(`http://127.0.0.1:${monitorPort}/healthz`, { signal });
    const { error = "" } = (await response.json()) as Health;
    return error.includes("write error") ? error : undefined;
  } catch {
    return undefined; // It is paused, starting or gone: others look after that.
  }
}
