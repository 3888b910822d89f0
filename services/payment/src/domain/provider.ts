import type { Money } from "./payment.ts";

/**
 * A payment provider. What every adapter promises:
 * - Each call is idempotent by its key, for as long as a payment can be open: repeated, it answers what it answered the
 *   first time, also while or after the first call was cut off, and does nothing twice. The authorise key repeated while the
 *   outcome is pending answers the outcome as soon as there is one, and after a void still answers what it answered before.
 * - An answer is final, but for a refused void, see there. Whatever is not known for certain (a timeout, a broken connection, a 5xx) is thrown, never answered:
 *   a throw means "unknown, ask again with the same key", and nothing else.
 * - The signal ends the waiting, not the call: what the provider did, it did.
 */
export interface PaymentProvider {
  /** Whether it knows this payment method. */
  accepts(paymentMethod: string): boolean;
  /** Sets the amount aside. `pending`: the answer follows by `LateAnswers`. */
  authorize(request: AuthorizeRequest, signal: AbortSignal): Promise<Authorization>;
  /** Takes the whole amount that was set aside. `refused`: for good, the authorisation is gone. */
  capture(request: CaptureRequest, signal: AbortSignal): Promise<Capture>;
  /**
   * Gives up an authorisation. One that is pending can never succeed afterwards; one that has lapsed counts as voided.
   * `refused`: for good, because it was captured. Asked again nevertheless, now and then: once somebody has given the
   * whole amount back at the provider, there is nothing left to give up, and it counts as voided.
   */
  void(request: VoidRequest, signal: AbortSignal): Promise<Voiding>;
}

export interface AuthorizeRequest {
  /** `<transaction id>:authorize` */
  readonly key: string;
  readonly transactionId: string;
  readonly userId: string;
  readonly amount: Money;
  readonly paymentMethod: string;
}

export interface CaptureRequest {
  /** `<transaction id>:capture` */
  readonly key: string;
  readonly reference: string;
  readonly amount: Money;
}

export interface VoidRequest {
  /** `<transaction id>:void` */
  readonly key: string;
  readonly reference: string;
}

export type Authorization =
  | { readonly kind: "authorized"; readonly reference: string }
  | { readonly kind: "pending"; readonly reference: string }
  | { readonly kind: "declined"; readonly reason: string };

export type Capture =
  | { readonly kind: "captured" }
  | { readonly kind: "captureRefused"; readonly reason: string };

export type Voiding =
  | { readonly kind: "voided"; readonly reference: string }
  | { readonly kind: "voidRefused"; readonly reason: string };

/** Anything that a provider can say about a payment. */
export type ProviderAnswer = Authorization | Capture | Voiding;

/** An answer that came by itself (a webhook), after `pending` or after the caller stopped waiting. */
export interface LateAnswer {
  readonly transactionId: string;
  readonly answer: ProviderAnswer;
}

/** Resolves once every answer is recorded; until then the provider delivers them again. */
export type LateAnswers = (answers: readonly LateAnswer[]) => Promise<void>;
