import type { Logger } from "./logger.ts";

/** A terminal, npm and a supervisor may each deliver the same request; that is not impatience. */
const defaultSameRequestMs = 500;

export interface Termination extends Disposable {
  /** Aborted by the first SIGTERM or SIGINT, or by `request`. */
  readonly signal: AbortSignal;
  /** Asks the process to end, as a signal would. */
  request(reason: string): void;
}

export interface TerminationOptions {
  readonly logger: Logger;
  /** Ends the process at once. Default process.exit. */
  readonly exit?: (code: number) => void;
  /** Signals this soon after the first are taken for the same request. Default 500 ms. */
  readonly sameRequestMs?: number;
}

/**
 * Listens for SIGTERM and SIGINT. The first aborts the signal, so that the process can end in
 * order; another one, half a second later or more, ends it at once with exit code 1.
 */
export function onTermination(options: TerminationOptions): Termination {
  const { logger, exit = process.exit, sameRequestMs = defaultSameRequestMs } = options;
  const controller = new AbortController();
  let requestedAt: number | undefined;
  const request = (reason: string) => {
    if (requestedAt === undefined) {
      requestedAt = performance.now();
      logger.info({ reason }, "stopping");
      controller.abort(new Error(`the process was asked to stop: ${reason}`));
    } else if (performance.now() - requestedAt >= sameRequestMs) {
      logger.warn({ reason }, "asked to stop again, exiting at once");
      exit(1);
    }
  };
  process.on("SIGTERM", request);
  process.on("SIGINT", request);
  return {
    signal: controller.signal,
    request,
    [Symbol.dispose]: () => {
      process.off("SIGTERM", request);
      process.off("SIGINT", request);
    },
  };
}
