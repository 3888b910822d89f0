import type { BasketItem, BasketLine } from "../basket.ts";
import { money } from "../format.ts";

/** A basket's line with its item as it is now, which may not be as it was put in. */
export interface CurrentLine extends BasketLine {
  /** What has become of it since, and hinders or costs something. */
  readonly notes: readonly string[];
  readonly isGone: boolean;
}

/** `now` is null when there is no such item any more, undefined while that is not known. */
export function currentLine(line: BasketLine, now: BasketItem | null | undefined): CurrentLine {
  if (now === undefined) return { ...line, notes: [], isGone: false };
  if (now === null) {
    const item = { ...line.item, availableQty: 0 };
    return { ...line, item, notes: ["No longer on sale: take it out to order."], isGone: true };
  }
  const { item: before, quantity } = line;
  const notes: string[] = [];
  if (now.unitPrice !== before.unitPrice || now.currency !== before.currency)
    notes.push(
      `${money(now.unitPrice, now.currency)} each; it was ${money(before.unitPrice, before.currency)} when you put it in.`,
    );
  if (now.availableQty === 0) notes.push("Sold out.");
  else if (now.availableQty < quantity) notes.push(`Only ${now.availableQty} left.`);
  return { item: now, quantity, notes, isGone: false };
}

/** What all lines cost in minor units; undefined when they are of several currencies. */
export function totalOf(lines: readonly CurrentLine[]): number | undefined {
  const currencies = new Set(lines.map(({ item }) => item.currency));
  if (currencies.size > 1) return undefined;
  return lines.reduce((sum, { item, quantity }) => sum + item.unitPrice * quantity, 0);
}
