import type { Account } from "../../../../services/payment/src/provider/simulatedRules.ts";
import type { Change } from "../store/store.ts";
import { unrecorded } from "./acknowledgements.ts";
import { rules, stockProblem } from "./commits.ts";
import { type Facts, fateOf, isConfirmed, isGivenUp, rowsOf, stateOf } from "./facts.ts";
import { endProblem } from "./quiet.ts";

interface Result {
  readonly result?: { readonly $case: string; readonly value: unknown } | undefined;
}

/** What a callee was asked, and has answered. */
interface Answer {
  readonly rpc: string;
  readonly request: unknown;
  readonly response: unknown;
  readonly arrivedAtStep: number;
}

/** google.rpc.Code.INTERNAL */
const internalCode = 13;

/** Judges every step by what Waybill promises (design, §10), and keeps the first promise that is broken. */
export class Watch {
  violation: string | undefined;
  readonly #facts: Facts;
  readonly #acknowledged = new Set<string>();
  readonly #toldCancelled = new Set<string>();
  readonly #toldConfirmed = new Set<string>();
  /** At which step the Cancel of a transaction was answered, by participant and id. */
  readonly #cancels = new Map<string, number>();

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  violate(what: string | undefined): void {
    this.violation ??= what;
  }

  onCommit(service: string, changes: readonly Change[]): void {
    for (const change of changes) {
      this.violate(rules[change.table]?.(this.#facts, change));
      this.#judgeSuspension(service, change);
    }
    if (service === "item") this.violate(stockProblem(this.#facts));
  }

  /** A Try that comes after its Cancel was answered holds nothing. */
  #judgeSuspension(service: string, { key, before, after }: Change): void {
    const isTried = after?.state === "TRIED" || after?.state === "TRYING";
    if (before !== undefined || !isTried || !this.#cancels.has(`${service} ${key}`)) return;
    this.violate(`${service} tried ${key}, whose Cancel it had answered`);
  }

  /** Promise 2: money moves only as the order's fate says. */
  onProviderEntry({ state, transactionId }: Account): void {
    if (state === "captured" && !isConfirmed(this.#facts, transactionId))
      this.violate(`${transactionId} was captured, and is ${stateOf(this.#facts, transactionId)}`);
    if (state === "voided" && !isGivenUp(this.#facts, transactionId))
      this.violate(`${transactionId} was voided, and is ${stateOf(this.#facts, transactionId)}`);
  }

  /** A participant has answered a batch. */
  onAnswer(service: string, { rpc, request, response, arrivedAtStep }: Answer, step: number): void {
    const { results = [] } = response as { results?: readonly Result[] };
    const { requests = [] } = request as { requests?: readonly { transactionId?: string }[] };
    results.forEach(({ result }, index) => {
      const failure = result?.$case === "failure" ? (result.value as { code: number }) : undefined;
      if (failure?.code === internalCode)
        this.violate(`${service} failed unexpectedly at ${rpc}: ${JSON.stringify(failure)}`);
      const id = `${service} ${requests[index]?.transactionId}`;
      if (failure !== undefined) return;
      if (rpc.startsWith("batchCancel")) this.#cancels.set(id, this.#cancels.get(id) ?? step);
      const cancelledAt = this.#cancels.get(id);
      if (rpc.startsWith("batchTry") && cancelledAt !== undefined && cancelledAt < arrivedAtStep)
        this.violate(`${id}: a Try after its Cancel was answered OK`);
    });
  }

  onAcknowledgement(durable: string, subject: string): void {
    const [, , event = "", orderId = ""] = subject.split(".");
    this.violate(unrecorded(this.#facts, durable, event, orderId));
  }

  /** What clients were told holds from then on (promise 6). */
  readonly told = {
    acknowledged: (orderId: string): void => {
      this.#acknowledged.add(orderId);
      this.#judgeTold(orderId);
    },
    cancelled: (orderId: string): void => {
      this.#toldCancelled.add(orderId);
      this.#judgeTold(orderId);
    },
    confirmed: (orderId: string): void => {
      this.#toldConfirmed.add(orderId);
      this.#judgeTold(orderId);
    },
  };

  #judgeTold(orderId: string): void {
    const facts = this.#facts;
    if (this.#acknowledged.has(orderId) && fateOf(facts, orderId) !== "STORED")
      this.violate(`${orderId} was acknowledged, and is ${fateOf(facts, orderId)}`);
    if (this.#toldCancelled.has(orderId) && !isGivenUp(facts, orderId))
      this.violate(`${orderId} was reported cancelled, and is ${stateOf(facts, orderId)}`);
    if (this.#toldConfirmed.has(orderId) && !isConfirmed(facts, orderId))
      this.violate(`${orderId} was reported confirmed, and is ${stateOf(facts, orderId)}`);
  }

  /** Everything is quiet: promises 1 to 6 as a whole. */
  onQuiet(): void {
    for (const id of [...this.#acknowledged, ...this.#toldCancelled, ...this.#toldConfirmed])
      this.#judgeTold(id);
    for (const row of rowsOf(this.#facts, "order", "orders")) {
      if (row.fate === "STORED") this.violate(endProblem(this.#facts, String(row.order_id)));
    }
    this.violate(stockProblem(this.#facts));
  }
}
