import type { Process } from "../domain/process.ts";

/** A row of `processes`, as PostgreSQL answers it. */
export interface ProcessRow {
  readonly order_id: string;
  readonly step: Process["step"];
  readonly state: Process["state"];
  readonly since: Date;
  readonly next_at: Date;
  readonly attempts: number;
  readonly failing_since: Date | null;
  readonly last_error: string;
  readonly last_reason: string;
  readonly placed_at: Date;
  readonly reservation_mode: "HELD" | "DEFERRED";
  readonly expires_at: Date | null;
  readonly user_id: string;
  readonly traceparent: string;
}

export function toProcess(row: ProcessRow): Process {
  return {
    order: {
      orderId: row.order_id,
      userId: row.user_id,
      placedAt: row.placed_at,
      reservationMode: row.reservation_mode,
      expiresAt: row.expires_at ?? undefined,
      traceparent: row.traceparent,
    },
    step: row.step,
    state: row.state,
    since: row.since,
    nextAt: row.next_at,
    attempts: row.attempts,
    failingSince: row.failing_since ?? undefined,
    lastError: row.last_error,
    lastReason: row.last_reason,
  };
}
