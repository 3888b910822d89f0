/** Where a transaction stands at one participant. A transaction without a fence row has no state: see `decide`. */
export type FenceState = "TRIED" | "CONFIRMED" | "CANCELLED" | "BLOCKED";

/** The row that a participant keeps for a transaction, committed together with the business change. */
export interface Fence {
  readonly transactionId: string;
  readonly state: FenceState;
  /** The hash of what was tried, by `contentHash`; empty when BLOCKED. */
  readonly contentHash: string;
}

/** What a participant is asked to do about a transaction. */
export type Operation<Content> = TryOperation<Content> | DecidedOperation;

export interface TryOperation<Content> {
  readonly kind: "try";
  readonly transactionId: string;
  readonly content: Content;
  readonly contentHash: string;
}

export interface DecidedOperation {
  readonly kind: "confirm" | "cancel";
  readonly transactionId: string;
}

/** Why the fence lets an operation not pass. */
export type FenceRefusal =
  | "CONTENT_MISMATCH"
  | "TRANSACTION_CANCELLED"
  | "NOT_TRIED"
  | "ALREADY_CONFIRMED";

export type Verdict =
  /** Make the business change and write the fence in this state. BLOCKED: there is no change, only the fence. */
  | { readonly kind: "apply"; readonly next: FenceState }
  /** It was done before: answer as then and change nothing. */
  | { readonly kind: "replayed" }
  | { readonly kind: "refused"; readonly reason: FenceRefusal };

const apply = (next: FenceState): Verdict => ({ kind: "apply", next });
const replayed: Verdict = { kind: "replayed" };
const refused = (reason: FenceRefusal): Verdict => ({ kind: "refused", reason });

const table: Record<Operation<unknown>["kind"], Readonly<Record<FenceState | "NONE", Verdict>>> = {
  try: {
    NONE: apply("TRIED"),
    TRIED: replayed,
    CONFIRMED: replayed,
    CANCELLED: refused("TRANSACTION_CANCELLED"),
    BLOCKED: refused("TRANSACTION_CANCELLED"),
  },
  confirm: {
    NONE: refused("NOT_TRIED"),
    TRIED: apply("CONFIRMED"),
    CONFIRMED: replayed,
    CANCELLED: refused("TRANSACTION_CANCELLED"),
    BLOCKED: refused("TRANSACTION_CANCELLED"),
  },
  cancel: {
    // The empty rollback. Its row is what stops a Try that arrives after its Cancel.
    NONE: apply("BLOCKED"),
    TRIED: apply("CANCELLED"),
    CONFIRMED: refused("ALREADY_CONFIRMED"),
    CANCELLED: replayed,
    BLOCKED: replayed,
  },
};

/**
 * What an operation does to a transaction with this fence (undefined: no row); total. A Try counts as a repetition only with
 * the content tried before: other content is CONTENT_MISMATCH whether that is still held or confirmed already.
 */
export function decide(operation: Operation<unknown>, fence: Fence | undefined): Verdict {
  const verdict = table[operation.kind][fence?.state ?? "NONE"];
  const repeatsOtherContent =
    operation.kind === "try" &&
    verdict.kind === "replayed" &&
    fence?.contentHash !== operation.contentHash;
  return repeatsOtherContent ? refused("CONTENT_MISMATCH") : verdict;
}
