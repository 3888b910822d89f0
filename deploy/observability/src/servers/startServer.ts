import { Daemon, freePort } from "@waybill/stack";

const startsWithinMs = 30_000;
const answersWithinMs = 1_000;

/** A server of the Prometheus project's, on a free port. Its disposal ends it. */
export interface PrometheusServer extends AsyncDisposable {
  readonly url: string;
}

/** Starts one of them, and waits until it is ready. */
export async function startServer(spec: {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly logFile: string;
}): Promise<PrometheusServer> {
  const address = `127.0.0.1:${await freePort()}`;
  const url = `http://${address}`;
  const daemon = await Daemon.start({
    ...spec,
    args: [...spec.args, `--web.listen-address=${address}`],
    stopSignal: "TERM",
    isReady: () => isReady(url),
    pollMs: 100,
    readyWithinMs: startsWithinMs,
  });
  return { url, [Symbol.asyncDispose]: () => daemon.stop() };
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/-/ready`, {
      signal: AbortSignal.timeout(answersWithinMs),
    });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
