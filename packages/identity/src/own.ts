import { ErrorReason } from "@waybill/contracts/errors";
import { refuse } from "@waybill/rpc";
import { callerOf, onlyOwn } from "./caller.ts";
import { tokenMissing } from "./guard.ts";

/** Whether the caller may see what belongs to this user. What it may not see is NOT_FOUND. */
export function isOwn(userId: string): boolean {
  const only = onlyOwn(callerOf());
  return only === undefined || (only === userId && userId !== "");
}

/**
 * The user_id filter of a list: a customer's is always itself, whatever it asks for. Throws the Refusal UNAUTHENTICATED for a caller who is
 * nobody: its filter would be none, and show what is everybody's.
 */
export function ownFilter(requested: string): string {
  const only = onlyOwn(callerOf());
  if (only === "") throw tokenMissing();
  return only ?? requested;
}

/**
 * The user that a request acts for: for a customer itself, which it need not name. Throws the Refusal
 * PERMISSION_DENIED, NOT_ALLOWED when it names another.
 */
export function ownUserId(requested: string): string {
  const only = onlyOwn(callerOf());
  if (only === undefined || only === requested) return requested;
  if (requested === "") return only;
  throw refuse.permissionDenied(ErrorReason.NOT_ALLOWED, "user_id is not the caller's own", {
    field: "user_id",
  });
}
