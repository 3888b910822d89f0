import { ErrorReason } from "@waybill/contracts/errors";
import { type Refusal, refuse } from "@waybill/rpc";
import { callerOf, onlyOwn } from "./caller.ts";

/** Whether the caller may see what belongs to this user. */
export function isOwn(userId: string): boolean {
  const only = onlyOwn(callerOf());
  return only === undefined || only === userId;
}

/** Throws the refusal, which should be NOT_FOUND, unless the caller may see what belongs to this user. */
export function requireOwn(userId: string, notFound: () => Refusal): void {
  if (!isOwn(userId)) throw notFound();
}

/**
 * The user that a request may name. A customer may name only itself: for a filter that is empty its
 * own id is answered; for another's, PERMISSION_DENIED is thrown.
 */
export function ownUserId(requested: string): string {
  const only = onlyOwn(callerOf());
  if (only === undefined || only === requested) return requested;
  if (requested === "") return only;
  throw refuse.permissionDenied(ErrorReason.NOT_ALLOWED, "user_id is not the caller's own", {
    field: "user_id",
  });
}
