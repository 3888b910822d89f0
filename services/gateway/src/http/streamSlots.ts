import type { Caller } from "@waybill/identity";
import { identityOf } from "./authentication.ts";
import { Problem } from "./problem.ts";

/** How many streams may be open: of this process, and of one identity. */
export class StreamSlots {
  readonly #max: number;
  readonly #maxPerIdentity: number;
  readonly #open = new Map<string, number>();
  #count = 0;

  constructor(max: number, maxPerIdentity: number) {
    this.#max = max;
    this.#maxPerIdentity = maxPerIdentity;
  }

  /** A place for one stream, given back by disposing. Throws a Problem when there is none. */
  take(caller: Caller): Disposable {
    const identity = identityOf(caller);
    const own = this.#open.get(identity) ?? 0;
    if (own >= this.#maxPerIdentity)
      throw new Problem(429, "RATE_LIMITED", `You have ${own} streams open already`, 5);
    if (this.#count >= this.#max)
      throw new Problem(503, "OVERLOADED", "Too many streams are open", 5);
    this.#open.set(identity, own + 1);
    this.#count += 1;
    let isTaken = true;
    return {
      [Symbol.dispose]: () => {
        if (!isTaken) return;
        isTaken = false;
        this.#count -= 1;
        const left = (this.#open.get(identity) ?? 1) - 1;
        if (left === 0) this.#open.delete(identity);
        else this.#open.set(identity, left);
      },
    };
  }
}
