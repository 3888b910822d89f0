import type { Stack } from "@waybill/stack";
import { type Ledger, orderIdsOf } from "../load/ledger.ts";
import type { Contradiction } from "./contradiction.ts";
import { readFacts, storedOrders } from "./facts.ts";
import { judge } from "./judge.ts";

/** Compares the databases with what clients were told, round after round. */
export class Judge {
  readonly #stack: Stack;
  /** Stored at the end of the round before. */
  #before: ReadonlySet<string> = new Set();

  constructor(stack: Stack) {
    this.#stack = stack;
  }

  /** To be called once all is quiet. */
  async judge({ entries }: Ledger): Promise<readonly Contradiction[]> {
    const told = entries.flatMap(orderIdsOf);
    const facts = await readFacts(this.#stack, told);
    const stored = await storedOrders(this.#stack);
    const unanswered = entries.filter((entry) => entry.unanswered).length;
    const strays = [...stored].filter((id) => !this.#before.has(id) && !facts.has(id));
    this.#before = stored;
    const contradictions = entries.flatMap((entry) => judge(entry, facts));
    return strays.length > unanswered ? [...contradictions, strayed(strays)] : contradictions;
  }
}

/** Orders that nobody was told of: their requests were refused, or were answered with other orders. */
const strayed = (orderIds: readonly string[]): Contradiction => ({
  check: "stray-order",
  request: "",
  orderIds,
  text: `${orderIds.length} orders are stored that no client was told of`,
});
