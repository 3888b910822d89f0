/** An amount in minor units of its currency. */
export interface Money {
  readonly minorUnits: bigint;
  /** ISO 4217. */
  readonly currency: string;
}

/** What the customer pays, and how: what a Try repeats with equal content. */
export interface Content {
  readonly userId: string;
  readonly amount: Money;
  readonly paymentMethod: string;
}

/** Every state but BLOCKED belongs to a Try and knows its content. */
interface Tried {
  readonly transactionId: string;
  readonly content: Content;
  /** By `contentHash` of packages/tcc. */
  readonly contentHash: string;
}

/**
 * The payment fence. TRYING, CONFIRMING and CANCELLING are intents: committed before the provider is called, so that a
 * process that dies in between leaves behind what has to be asked for again. `reference` is the provider's id of the
 * authorisation; it is empty where nothing had to be authorised (a zero amount).
 */
export type Payment =
  /** The provider is being asked to authorise; its answer is not known. */
  | (Tried & { readonly state: "TRYING" })
  /** The provider will answer later. */
  | (Tried & { readonly state: "PENDING"; readonly reference: string })
  /** Authorised. `captureRefusal`: why the provider would not capture, when it was asked to. */
  | (Tried & {
      readonly state: "TRIED";
      readonly reference: string;
      readonly captureRefusal?: string;
    })
  | (Tried & { readonly state: "DECLINED"; readonly declineReason: string })
  /** To be captured, come what may; whether it is already is not known. */
  | (Tried & { readonly state: "CONFIRMING"; readonly reference: string })
  | (Tried & { readonly state: "CONFIRMED"; readonly reference: string })
  /**
   * To be voided, come what may; without a reference it is not known yet what there is to void. `voidRefusal`: why the
   * provider would not void, when it was asked to: then somebody has to give the money back.
   */
  | (Tried & {
      readonly state: "CANCELLING";
      readonly reference?: string;
      readonly voidRefusal?: string;
    })
  /** `reference`: the authorisation that was voided, if there was one. */
  | (Tried & { readonly state: "CANCELLED"; readonly reference?: string })
  /** Cancelled before it was tried. */
  | { readonly transactionId: string; readonly state: "BLOCKED" };

export type PaymentStateName = Payment["state"];

/** Whether the amount is zero, so that no provider has to be asked. */
export const isFree = (content: Content): boolean => content.amount.minorUnits === 0n;
