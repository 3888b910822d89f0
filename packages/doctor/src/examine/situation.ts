import type { Facts, State } from "./facts.ts";
import { patience } from "./patience.ts";

/** The states of an order whose Confirms are done: stock is deducted and money captured. */
const settled: ReadonlySet<State> = new Set(["PROCESSING", "SHIPPED", "DELIVERED"]);

export const isSettled = ({ status }: Facts): boolean =>
  status !== undefined && settled.has(status.state);

export const isStored = ({ order }: Facts): boolean => order?.fate === "STORED";

export const isTerminal = (state: State): boolean => state === "DELIVERED" || state === "CANCELLED";

/** The participants may have forgotten this order's transaction, which ended long ago. */
export const mayBeForgotten = ({ status }: Facts, now: number): boolean =>
  status !== undefined && isTerminal(status.state) && status.movedAt + patience.forgottenMs < now;

/** The workflow lists the order as stuck, or as waiting for a time that is not long past: past that, nobody takes it up. */
export const isListed = ({ process }: Facts, now: number): boolean =>
  process !== undefined &&
  (process.state === "STUCK" || process.nextAt + patience.unlistedMs >= now);

/**
 * Somebody is still going to end this hold of a transaction: its cancelled order's Cancels are listed or were due only just now, or the
 * reaper looks at it when it expires.
 */
export const isStillCared = (facts: Facts, expiresAt: number | undefined, now: number): boolean =>
  isListed(facts, now) ||
  (expiresAt !== undefined && expiresAt + patience.graceMs > now) ||
  (facts.status !== undefined && facts.status.movedAt + patience.graceMs > now);

/** What is held or being authorised for an order, and nobody has ended yet, with the time at which a reaper looks at it. */
export function openParticipants({
  reservation,
  payment,
}: Facts): readonly { name: string; expiresAt: number }[] {
  const open: { name: string; expiresAt: number }[] = [];
  if (reservation?.state === "TRIED") open.push({ ...reservation, name: "stock" });
  if (payment !== undefined && !endStates.has(payment.state))
    open.push({ ...payment, name: "payment" });
  return open;
}

const endStates: ReadonlySet<string> = new Set(["DECLINED", "CONFIRMED", "CANCELLED", "BLOCKED"]);

export const hasEnded = ({ payment }: Facts): boolean =>
  payment === undefined || endStates.has(payment.state);
