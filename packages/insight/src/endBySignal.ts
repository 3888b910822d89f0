/** Aborts at the first signal that asks for the end. */
export function endBySignal(ended: AbortController): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => ended.abort());
}
