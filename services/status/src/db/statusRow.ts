import type { State } from "../domain/lifecycle.ts";
import type { Status } from "../domain/status.ts";

/** A row of `statuses`, as PostgreSQL answers it. */
export interface StatusRow {
  readonly order_id: string;
  readonly user_id: string;
  readonly state: State;
  readonly previous_state: State | null;
  readonly version: number;
  readonly tried: boolean;
  readonly reservation_mode: "HELD" | "DEFERRED";
  readonly total_minor: bigint | null;
  readonly currency: string | null;
  readonly placed_at: Date;
  readonly moved_at: Date;
  readonly expires_at: Date | null;
  readonly reason: string;
  readonly traceparent: string;
}

export function toStatus(row: StatusRow): Status {
  return {
    orderId: row.order_id,
    userId: row.user_id,
    state: row.state,
    previousState: row.previous_state ?? undefined,
    version: row.version,
    tried: row.tried,
    reservationMode: row.reservation_mode,
    total: moneyOf(row),
    placedAt: row.placed_at,
    movedAt: row.moved_at,
    expiresAt: row.expires_at ?? undefined,
    reason: row.reason,
    traceparent: row.traceparent,
  };
}

/** The total of an order, which it has not before it is priced. */
export function moneyOf(row: Pick<StatusRow, "total_minor" | "currency">): Status["total"] {
  if (row.total_minor === null || row.currency === null) return undefined;
  return { minorUnits: row.total_minor, currency: row.currency };
}
