import type { Stack } from "@waybill/stack";
import { lasting } from "../patience.ts";
import { Asking, UnansweredError } from "./asking.ts";
import { type Clients, connectClients } from "./clients.ts";
import { furnish, stock } from "./furnish.ts";
import { Ledger } from "./ledger.ts";
import { stories } from "./stories.ts";
import { type Wish, wishOf } from "./wish.ts";

/** Stories under way; while so many hang, no new one begins. */
const MAX_UNDER_WAY = 240;
/** Fewer than are wanted, so that it runs out in the course of a round. */
const HOT_PIECES = 60n;

/** A steady load of orders of all kinds. */
export class Load implements AsyncDisposable {
  readonly #clients: Clients;
  readonly #underWay = new Set<Promise<void>>();
  /** Of the round that is under way. */
  ledger = new Ledger();
  #round: { readonly stop: AbortController; readonly givingUp: AbortController } | undefined;
  #error: unknown;

  private constructor(clients: Clients) {
    this.#clients = clients;
  }

  /** Furnishes the stack's shop. */
  static async prepare(stack: Stack): Promise<Load> {
    const clients = connectClients(stack);
    await furnish(clients);
    return new Load(clients);
  }

  get underWay(): number {
    return this.#underWay.size;
  }

  /** Begins a round with a ledger of its own: so many stories a second, the same for the same seed. */
  async begin(seed: number, perSecond: number): Promise<void> {
    this.ledger = new Ledger();
    const hotItem = `hot-${seed}-${Date.now().toString(36)}`;
    await stock(this.#clients.items, hotItem, HOT_PIECES);
    const round = { stop: new AbortController(), givingUp: new AbortController() };
    this.#round = round;
    const prefix = `${seed}-${Date.now().toString(36)}`;
    void this.#run(prefix, (index) => wishOf(seed, index, hotItem), perSecond, round.stop.signal);
  }

  /** Tells these stories at once, besides the steady ones; resolves when they have ended. */
  async also(name: string, wishes: readonly Wish[]): Promise<void> {
    const told = wishes.map((wish, index) => this.#tell(`${name}-${index}`, wish));
    await Promise.all(told);
  }

  /** Begins no more stories, and resolves when all have ended. Those that are not answered by then are given up. Throws what no story may throw. */
  async end(withinMs: number): Promise<void> {
    const { stop, givingUp } = this.#round ?? {};
    stop?.abort();
    const timer = setTimeout(() => givingUp?.abort(), withinMs);
    await Promise.all(this.#underWay);
    clearTimeout(timer);
    if (this.#error !== undefined) throw this.#error;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#round?.stop.abort();
    this.#round?.givingUp.abort();
    await Promise.all(this.#underWay);
    await this.#clients[Symbol.asyncDispose]();
  }

  async #run(
    prefix: string,
    wishAt: (index: number) => Wish,
    perSecond: number,
    signal: AbortSignal,
  ): Promise<void> {
    const startedAt = performance.now();
    for (let index = 0, due = 0; !signal.aborted; due++) {
      if (this.#underWay.size < MAX_UNDER_WAY) {
        void this.#tell(`${prefix}-${index}`, wishAt(index));
        index += 1;
      }
      const dueAt = startedAt + ((due + 1) * 1_000) / perSecond;
      await lasting(Math.max(0, dueAt - performance.now()), signal);
    }
  }

  #tell(request: string, wish: Wish): Promise<void> {
    const entry = this.ledger.open(request, wish);
    const givingUp = this.#round?.givingUp.signal ?? AbortSignal.abort();
    const stage = {
      orders: this.#clients.orders,
      asking: new Asking(this.ledger, givingUp),
      pass: (ms: number) => lasting(ms, givingUp),
    };
    const story = stories[wish.kind](stage, entry).catch((error: unknown) => {
      if (!(error instanceof UnansweredError)) this.#error ??= error;
    });
    this.#underWay.add(story);
    return story.finally(() => this.#underWay.delete(story));
  }
}
