/**
 * How long what is under way may take before it counts as broken. Unit: ms. The services' own intervals are seconds (relay and announcing 1 s,
 * reapers 5 s) and, for the first new announcement of an order, 30 s or, on Kubernetes, 2 min.
 */
export const patience = {
  /** For sweepers, reapers and relays to come round to what is due. */
  graceMs: 60_000,
  /** For an order that does not move to be listed by the workflow: by then it was announced again twice at least. */
  unlistedMs: 600_000,
  /** For the notification service to come back and to catch up. */
  untoldMs: 600_000,
  /** Events are in their stream for so long: of older ones nobody need have heard who was not there. */
  retainedMs: 7 * 24 * 3_600_000,
  /** Participants forget ended transactions, but never earlier than this: the least retention that they can be configured to. */
  forgottenMs: 8 * 24 * 3_600_000,
} as const;
