import type {
  Authorization,
  AuthorizeRequest,
  Capture,
  CaptureRequest,
  PaymentProvider,
  Voiding,
  VoidRequest,
} from "../../src/domain/provider.ts";

interface Held {
  readonly transactionId: string;
  state: "authorized" | "pending" | "captured" | "voided";
}

/**
 * A provider in memory, with the promises of the port, whose behaviour a test can turn: what it does is decided by `answers`
 * at the first call of a key; `breaks` cuts calls off before or after they did it.
 */
export class FakeProvider implements PaymentProvider {
  /** What the authorise call of a transaction does. Default: authorized. */
  readonly answers = new Map<string, "authorized" | "pending" | "declined">();
  /** Keys, or steps, whose calls break: before the provider did it, after it, or never to be heard of again. */
  readonly breaks = new Map<string, "before" | "after" | "silent">();
  readonly held = new Map<string, Held>();
  readonly calls: string[] = [];
  /** Runs before a call is served: a test's chance to let something else happen first. */
  beforeCall: (key: string) => Promise<void> | void = () => {};
  /** Transactions whose authorisation has lapsed. */
  readonly lapsed = new Set<string>();
  underWay = 0;
  mostUnderWay = 0;
  readonly #outcomes = new Map<string, Authorization>();

  accepts(): boolean {
    return true;
  }

  authorize({ key, transactionId }: AuthorizeRequest, signal: AbortSignal): Promise<Authorization> {
    return this.#call(key, signal, () => {
      const outcome = this.#outcomes.get(key) ?? this.#open(transactionId);
      this.#outcomes.set(key, outcome);
      return outcome;
    });
  }

  #open(transactionId: string): Authorization {
    const reference = `ref-${transactionId}`;
    const kind = this.answers.get(transactionId) ?? "authorized";
    if (kind === "declined") return { kind, reason: "no funds" };
    this.held.set(reference, { transactionId, state: kind });
    return { kind, reference };
  }

  /** The provider makes up its mind about a pending authorisation. */
  settle(transactionId: string): Authorization {
    const reference = `ref-${transactionId}`;
    const held = this.held.get(reference);
    if (held?.state === "pending") held.state = "authorized";
    const outcome: Authorization = { kind: "authorized", reference };
    this.#outcomes.set(`${transactionId}:authorize`, outcome);
    return outcome;
  }

  capture({ key, reference }: CaptureRequest, signal: AbortSignal): Promise<Capture> {
    return this.#call(key, signal, () => {
      const held = this.held.get(reference);
      if (held === undefined) throw new Error(`captured what is unknown: ${reference}`);
      const lapsed = this.lapsed.has(held.transactionId);
      if (held.state === "captured") return { kind: "captured" };
      if (lapsed || held.state !== "authorized")
        return { kind: "captureRefused", reason: "lapsed" };
      held.state = "captured";
      return { kind: "captured" };
    });
  }

  void({ key, reference }: VoidRequest, signal: AbortSignal): Promise<Voiding> {
    return this.#call(key, signal, () => {
      const held = this.held.get(reference);
      if (held?.state === "captured") return { kind: "voidRefused", reason: "captured" };
      if (held) held.state = "voided";
      return { kind: "voided", reference };
    });
  }

  stateOf(transactionId: string): string | undefined {
    return this.held.get(`ref-${transactionId}`)?.state;
  }

  async #call<T>(key: string, signal: AbortSignal, serve: () => T): Promise<T> {
    this.underWay += 1;
    this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay);
    try {
      await this.beforeCall(key);
      this.calls.push(key);
      const broken = this.breaks.get(key) ?? this.breaks.get(key.replace(/^.*:/, ""));
      if (broken === "before") throw new Error("connection refused");
      const answer = serve();
      if (broken === "after") throw new Error("connection reset");
      if (broken === "silent")
        return await new Promise<never>((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason));
        });
      return answer;
    } finally {
      this.underWay -= 1;
    }
  }
}
