/** No limit of what one client may do turns inputs away, and what takes minutes in production takes seconds. */
export const environment = {
  CANCELLATION_WINDOW: "500ms",
  HOLD_EXPIRY: "5s",
  REAPER_INTERVAL: "1s",
  REANNOUNCE_AFTER: "5s",
  RETRY_FIRST: "500ms",
  RETRY_CAP: "10s",
  PENDING_DELAY: "1s",
  SLOW_DELAY: "200ms",
  DATABASE_POOL_SIZE: "8",
  LOG_LEVEL: "warn",
  RATE_LIMIT_ADDRESS: "0",
  RATE_LIMIT_IDENTITY: "0",
  RATE_LIMIT_LOGIN: "0",
  MAX_EVENT_LOOP_DELAY: "0",
  MAX_EVENT_STREAMS_PER_IDENTITY: "2000",
  PROVIDER_PATIENCE: "20ms",
  LOGIN_WINDOW: "1s",
  LOGIN_FAILURES_PER_ACCOUNT: "1000",
  LOGIN_FAILURES_PER_ADDRESS: "10000",
  PASSWORD_MEMORY: "8",
  PASSWORD_PASSES: "1",
} as const;

/** Longer than any run. Unit: ms. */
export const tokenLifetimeMs = 12 * 3_600_000;
