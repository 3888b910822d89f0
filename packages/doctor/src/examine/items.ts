import type { Finding } from "./finding.ts";

/** The stock of one item, and what its reservations and adjustments say it should be; read in one snapshot. */
export interface ItemFacts {
  readonly id: string;
  readonly initial: bigint;
  readonly adjusted: bigint;
  /** Pieces of confirmed reservations. */
  readonly confirmed: bigint;
  /** Pieces of tried reservations. */
  readonly tried: bigint;
  readonly onHand: bigint;
  readonly held: bigint;
}

/** Promise 1, item by item: the books balance and nothing is oversold. */
export function examineItem(item: ItemFacts): readonly Finding[] {
  const { id, initial, adjusted, confirmed, tried, onHand, held } = item;
  const findings: Finding[] = [];
  const complain = (check: string, text: string) =>
    findings.push({ promise: 1, check, subject: id, text: `item: ${text}` });
  const expected = initial + adjusted - confirmed;
  if (onHand !== expected) {
    const sum = `${initial} + ${adjusted} adjusted − ${confirmed} confirmed`;
    complain("stock-unbalanced", `${onHand} on hand, but ${sum} = ${expected}`);
  }
  if (held !== tried) complain("hold-unbalanced", `${held} held, but ${tried} tried`);
  if (held < 0n || onHand < 0n || held > onHand)
    complain("oversold", `${held} held of ${onHand} on hand`);
  return findings;
}
