import { backoff } from "@waybill/chassis";
import { ErrorReason } from "@waybill/contracts/errors";
import type { Order } from "@waybill/contracts/order";
import { OrderState } from "@waybill/contracts/status";
import { isUnavailable, Refusal, reasonName, Status } from "@waybill/rpc";
import { lasting } from "../patience.ts";
import type { Answer, CallName, Entry, Ledger, State } from "./ledger.ts";

const retries = { firstMs: 100, capMs: 1_000 } as const;

/** The client has given up: nobody knows what became of the call. */
export class UnansweredError extends Error {
  override readonly name = "UnansweredError";
}

/** Asks, and writes into the ledger what was answered. */
export class Asking {
  readonly #ledger: Ledger;
  readonly #givingUp: AbortSignal;

  /** Calls are repeated until they are answered, or the signal aborts. */
  constructor(ledger: Ledger, givingUp: AbortSignal) {
    this.#ledger = ledger;
    this.#givingUp = givingUp;
  }

  /**
   * Repeats the very same call until there is an answer, a refusal included, and answers that. Throws UnansweredError, and what is no
   * refusal.
   */
  async ask(
    entry: Entry,
    call: CallName,
    send: () => Promise<{ order?: Order | undefined }>,
  ): Promise<Answer> {
    const firstAskedAt = performance.now();
    for (let attempt = 0; ; attempt++) {
      const askedAt = performance.now();
      try {
        const answer = told(call, askedAt, await send());
        if (call === "place")
          this.#ledger.acceptances.push({
            at: answer.answeredAt,
            tookMs: answer.answeredAt - firstAskedAt,
          });
        entry.answers.push(answer);
        return answer;
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        if (!isUnavailable(error)) {
          const answer = refused(call, askedAt, error);
          entry.answers.push(answer);
          return answer;
        }
        await this.#again(entry, call, attempt, error);
      }
    }
  }

  async #again(entry: Entry, call: CallName, attempt: number, error: Refusal): Promise<void> {
    if (this.#givingUp.aborted) {
      entry.unanswered = true;
      throw new UnansweredError(`${entry.request}: ${call} was never answered, ${error.message}`);
    }
    const isWaiting = error.reason === ErrorReason.TRY_PENDING; // An answer: not yet.
    if (!isWaiting)
      this.#ledger.failures.push({ at: performance.now(), call, error: nameOf(error) });
    const waitMs = Math.max(error.retryDelayMs ?? 0, backoff(attempt, retries));
    await lasting(waitMs, this.#givingUp);
  }
}

const stateNames = new Map<number, string>(
  Object.entries(OrderState).map(([name, number]) => [number, name]),
);

function told(call: CallName, askedAt: number, { order }: { order?: Order | undefined }): Answer {
  const answeredAt = performance.now();
  const state = order === undefined ? undefined : (stateNames.get(order.state) as State);
  return { call, askedAt, answeredAt, orderId: order?.orderId ?? "", state, refused: undefined };
}

function refused(call: CallName, askedAt: number, refusal: Refusal): Answer {
  const { order_id: orderId = "", current_state: state } = refusal.metadata;
  return {
    call,
    askedAt,
    answeredAt: performance.now(),
    // A refusal that tells the state tells of an order; others name only what was asked for.
    orderId: state === undefined ? "" : orderId,
    state: state as State | undefined,
    refused: nameOf(refusal),
  };
}

const nameOf = ({ code, reason, message }: Refusal): string =>
  reason === ErrorReason.UNSPECIFIED ? `${Status[code]}: ${message}` : reasonName(reason);
