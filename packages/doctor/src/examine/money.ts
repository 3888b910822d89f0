import type { Facts, LedgerFact } from "./facts.ts";
import type { Complaint } from "./finding.ts";
import { hasEnded, isSettled, isStillCared, isStored, mayBeForgotten } from "./situation.ts";

/** What the provider's ledger says about one transaction. */
export interface Account {
  readonly captures: number;
  readonly captured: bigint;
  readonly voided: number;
  /** Authorisations, also pending ones, that are neither captured nor voided. */
  readonly open: number;
}

/** Sums up the ledger of one transaction. */
export function accountOf(ledger: readonly LedgerFact[]): Account {
  const captures = ledger.filter(({ kind }) => kind === "captured");
  const voids = ledger.filter(({ kind }) => kind === "voided");
  const ended = new Set([...captures, ...voids].map(({ reference }) => reference));
  const authorised = ledger.filter(({ kind }) => kind === "authorized" || kind === "pending");
  const open = new Set(
    authorised.map(({ reference }) => reference).filter((reference) => !ended.has(reference)),
  );
  return {
    captures: captures.length,
    captured: captures.reduce((sum, { amount }) => sum + amount, 0n),
    voided: voids.length,
    open: open.size,
  };
}

/** Promise 2: captured exactly once where it is due, never where it is not, and nothing left authorised. */
export function examineMoney(facts: Facts, now: number): readonly Complaint[] {
  const account = accountOf(facts.ledger);
  return [
    ...examineCaptures(facts, account),
    ...examineAmount(facts, account),
    ...examineAuthorisations(facts, account, now),
    ...examineRecord(facts, now),
  ];
}

/** What payment's own table says must agree with the order and with the ledger. */
function examineRecord(facts: Facts, now: number): readonly Complaint[] {
  const { payment, status, ledger } = facts;
  if (mayBeForgotten(facts, now)) return [];
  const state = payment?.state ?? "none";
  if (payment === undefined && status !== undefined && ledger.length > 0)
    return [["payment-lost", "the provider knows a payment that payment does not"]];
  if (isSettled(facts) && state !== "CONFIRMED")
    return [["payment-not-confirmed", `${status?.state}, but its payment is ${state}`]];
  return [];
}

function examineCaptures(facts: Facts, { captures }: Account): readonly Complaint[] {
  const { order, status, reservation } = facts;
  const complaints: Complaint[] = [];
  if (captures > 1) complaints.push(["captured-twice", `captured ${captures} times`]);
  if (isSettled(facts) && captures === 0 && order?.total !== 0n)
    complaints.push(["not-captured", `${status?.state}, but its payment is not captured`]);
  if (captures === 0) return complaints;
  if (status?.state === "CANCELLED")
    complaints.push(["captured-cancelled", "CANCELLED, but its payment is captured"]);
  if (status === undefined || status.state === "PENDING")
    complaints.push(["captured-undecided", "its payment is captured, but it is not confirmed"]);
  if (status?.state === "CONFIRMED" && reservation?.state !== "CONFIRMED")
    complaints.push(["captured-for-missing-stock", "captured before its stock was deducted"]);
  return complaints;
}

function examineAmount({ order, ledger }: Facts, { captures }: Account): readonly Complaint[] {
  if (captures === 0 || order?.total === undefined) return [];
  const wrong = ledger.find(
    ({ kind, amount, currency }) =>
      kind === "captured" && (amount !== order.total || currency !== order.currency),
  );
  if (wrong === undefined) return [];
  const text = `captured ${wrong.amount} ${wrong.currency}, its total is ${order.total} ${order.currency}`;
  return [["captured-wrong-amount", text]];
}

function examineAuthorisations(facts: Facts, account: Account, now: number): readonly Complaint[] {
  if (account.open === 0) return [];
  if (account.open + account.captures > 1)
    return [["authorised-twice", `${account.open + account.captures} authorisations`]];
  const isCared = !hasEnded(facts) && isStillCared(facts, facts.payment?.expiresAt, now);
  if (facts.status?.state === "CANCELLED" && !isCared)
    return [["authorisation-outlives-cancel", "CANCELLED, but its payment is still authorised"]];
  if (!isStored(facts) && facts.status === undefined && !isCared)
    return [["authorisation-without-order", "a payment is authorised, but it is no order"]];
  return [];
}
