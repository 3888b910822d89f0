/** What a shell answers for a process that ended by SIGINT. */
export const KILLED_EXIT_CODE = 130;

/** One Ctrl-C may arrive twice: from the terminal, and passed on by npm. */
const REPEATED_WITHIN_MS = 1_000;

/** Calls back at the first signal that asks for the end, and at the next one that is not the same Ctrl-C. */
export function onStopSignals(first: () => void, second: () => void): void {
  let firstAt: number | undefined;
  const onSignal = () => {
    const now = performance.now();
    if (firstAt === undefined) {
      firstAt = now;
      first();
    } else if (now - firstAt > REPEATED_WITHIN_MS) second();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {}); // The terminal was closed.
}
