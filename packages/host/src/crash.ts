import type { Logger } from "@waybill/chassis";

/**
 * Ends the process with exit code 1, and says why, when an error reaches nobody: what it left
 * half done is unknown, and whoever supervises the process starts a fresh one. `isExpected` names
 * errors that come of being stopped while starting.
 */
export function exitOnCrash(options: {
  readonly logger: Logger;
  readonly exit: (code: number) => void;
  readonly isExpected: () => boolean;
}): Disposable {
  const { logger, exit, isExpected } = options;
  const onCrash = (error: unknown, origin: string) => {
    if (isExpected()) {
      logger.debug({ error, origin }, "interrupted while starting");
      return;
    }
    logger.fatal({ error, origin }, "crashed, exiting with code 1");
    exit(1);
  };
  const onRejection = (reason: unknown) => onCrash(reason, "unhandledRejection");
  process.on("uncaughtException", onCrash);
  process.on("unhandledRejection", onRejection);
  return {
    [Symbol.dispose]: () => {
      process.off("uncaughtException", onCrash);
      process.off("unhandledRejection", onRejection);
    },
  };
}
