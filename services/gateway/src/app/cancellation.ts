import type { Order } from "@waybill/contracts/order";
import { OrderState } from "@waybill/contracts/status";

/**
 * Until when an order can surely be cancelled: it stays PENDING for the cancellation window, and may stay for longer. Undefined for orders
 * that are decided, for those that an outside coordinator decides, and without a window.
 */
export function cancellableUntil(order: Order, windowMs: number): Date | undefined {
  const { state, placedAt, expiresAt } = order;
  if (state !== OrderState.PENDING || expiresAt !== undefined || windowMs === 0) return undefined;
  return placedAt && new Date(placedAt.getTime() + windowMs);
}
