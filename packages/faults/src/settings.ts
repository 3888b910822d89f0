import type { ServiceName } from "@waybill/stack";

/** Two of those that a customer waits for, so that a rolling restart need not be noticed. */
export const replicas: Partial<Record<ServiceName, number>> = {
  order: 2,
  status: 2,
  item: 2,
  user: 2,
};

/** What takes minutes in production takes seconds here, so that a round has time for everything. */
export const environment = {
  CANCELLATION_WINDOW: "500ms",
  HOLD_EXPIRY: "5s",
  REAPER_INTERVAL: "500ms",
  REANNOUNCE_AFTER: "3s",
  RETRY_FIRST: "200ms",
  RETRY_CAP: "2s",
  CLAIM_LEASE: "5s",
  PENDING_DELAY: "1500ms",
  SLOW_DELAY: "1500ms",
  DATABASE_POOL_SIZE: "8",
  LOG_LEVEL: "warn",
} as const;
