import { createHash } from "node:crypto";
import type {
  LateAnswers,
  PaymentProvider,
  ProviderAnswer,
} from "../../../../services/payment/src/domain/provider.ts";
import {
  type Account,
  isSimulatedMethod,
  openAccount,
  openingReply,
  type ProviderRequest,
  type Reply,
  serve,
} from "../../../../services/payment/src/provider/simulatedRules.ts";
import type { Owner, Scheduler } from "../engine/scheduler.ts";
import type { Chaos } from "./chaos.ts";

/** When pm_pending is authorised, and when pm_slow is answered. Unit: ms. */
const delays = { pendingMs: 1_500, slowMs: 600 };

export interface ProviderParts {
  readonly scheduler: Scheduler;
  readonly chaos: Chaos;
  readonly world: Owner;
  /** Is told of what is done, at once. */
  readonly onEntry: (account: Account) => void;
}

/** The payment provider: the rules of the one that production simulates, behind a network that loses calls. It never crashes. */
export class Provider {
  readonly accounts = new Map<string, Account>();
  readonly #parts: ProviderParts;

  constructor(parts: ProviderParts) {
    this.#parts = parts;
  }

  /** The provider as payment has it. */
  clientOf(owner: Owner): PaymentProvider {
    const ask = async <T extends ProviderAnswer>(
      request: ProviderRequest,
      signal: AbortSignal,
    ): Promise<T> => (await this.#ask(owner, request, signal)) as T;
    return {
      accepts: isSimulatedMethod,
      authorize: ({ key, ...rest }, signal) =>
        ask({ kind: "authorize", key, reference: named(key), ...rest }, signal),
      capture: (request, signal) => ask({ kind: "capture", ...request }, signal),
      void: (request, signal) => ask({ kind: "void", ...request }, signal),
    };
  }

  /** Authorises what was pending until now, and calls back, until that is taken. */
  async callBack(listener: LateAnswers): Promise<void> {
    const now = new Date();
    const due = [...this.accounts.values()].filter(
      ({ callBackAt }) => callBackAt !== undefined && callBackAt <= now,
    );
    for (const account of due.filter(({ state }) => state === "pending")) {
      this.#enter({ ...account, state: "authorized", authorizedAt: now });
    }
    if (due.length === 0) return;
    await listener(
      due.map(({ transactionId, reference }) => ({
        transactionId,
        answer: { kind: "authorized", reference },
      })),
    );
    for (const { reference } of due) {
      const account = this.accounts.get(reference) as Account;
      this.accounts.set(reference, { ...account, callBackAt: undefined });
    }
  }

  /** What was lost on its way is never heard of again: whoever asks stops waiting by the signal. */
  #ask(owner: Owner, request: ProviderRequest, signal: AbortSignal): Promise<ProviderAnswer> {
    const { scheduler, chaos, world } = this.#parts;
    return new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      const arrive = (): void => {
        const reply = this.#serve(request);
        if (reply.kind === "silence" || chaos.losesMessage()) return;
        const waitMs = reply.kind === "answer" ? (reply.at?.getTime() ?? 0) - scheduler.now : 0;
        scheduler.enter(owner, Math.max(0, waitMs) + chaos.messageMs(), () => {
          if (reply.kind === "answer") resolve(reply.answer);
          else reject(new Error("the provider fails"));
        });
      };
      for (const inMs of chaos.arrivals()) scheduler.enter(world, inMs, arrive);
    });
  }

  #serve(request: ProviderRequest): Reply {
    const account = this.accounts.get(request.reference);
    if (request.kind === "authorize" && account === undefined) {
      const opened = openAccount(request, new Date(), delays);
      this.#enter(opened);
      return openingReply(opened);
    }
    const served = serve(account, request);
    if (served.account !== undefined && served.account !== account) this.#enter(served.account);
    return served.reply;
  }

  #enter(account: Account): void {
    this.accounts.set(account.reference, account);
    this.#parts.onEntry(account);
  }
}

const named = (key: string): string =>
  `sim_${createHash("sha256").update(key).digest("base64url").slice(0, 22)}`;
