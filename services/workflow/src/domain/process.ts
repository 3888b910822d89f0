/** What an order may wait for, in the order in which an order goes through it. */
export const steps = ["TRY", "DECIDE", "CONFIRM", "CANCEL", "FULFIL"] as const;

export type Step = (typeof steps)[number];

/** A process goes from lower to higher ranks only, so that late news of an earlier step changes nothing. */
const ranks: Readonly<Record<Step, number>> = {
  TRY: 1,
  DECIDE: 2,
  CONFIRM: 3,
  CANCEL: 4,
  FULFIL: 5,
};

export const rankOf = (step: Step): number => ranks[step];

/** What never changes about an order, as far as its processing needs it. */
export interface OrderFacts {
  readonly orderId: string;
  readonly userId: string;
  readonly placedAt: Date;
  readonly reservationMode: "HELD" | "DEFERRED";
  /** Only for an order of an outside coordinator: when it is cancelled unless confirmed. */
  readonly expiresAt: Date | undefined;
  /** The W3C trace context in which the order's next steps happen; empty when there is none. */
  readonly traceparent: string;
}

/** What an order waits for, and how that goes. */
export interface Process {
  readonly order: OrderFacts;
  readonly step: Step;
  /** STUCK: somebody should look. It is taken up again by itself nevertheless. */
  readonly state: "WAITING" | "STUCK";
  /** When it entered this step. */
  readonly since: Date;
  /** When it is taken up again. */
  readonly nextAt: Date;
  /** How often this step was tried. */
  readonly attempts: number;
  /** Since when every attempt has failed; undefined while nothing has. */
  readonly failingSince: Date | undefined;
  /** The last failure in words, empty when there was none. */
  readonly lastError: string;
  /** The last failure for programs, such as PAYMENT_PENDING; empty when there was none. */
  readonly lastReason: string;
}

/** Why an attempt did not succeed. */
export interface Setback {
  /** For programs, such as CALLEE_UNAVAILABLE. */
  readonly reason: string;
  /** For people. */
  readonly error: string;
}

/** How one order came out of one attempt at its step. */
export type Outcome =
  /** There is nothing more to do; the next event, if any, carries on. */
  | { readonly kind: "finished" }
  /** Nothing is wrong; the step has its time. */
  | { readonly kind: "waiting"; readonly step: Step; readonly until: Date }
  /** It may succeed later. `failingSince`: when that is known better than by the first attempt. */
  | {
      readonly kind: "failed";
      readonly step: Step;
      readonly setback: Setback;
      readonly failingSince?: Date;
    }
  /** It was refused for good: nothing but help from outside changes that. */
  | { readonly kind: "refused"; readonly step: Step; readonly setback: Setback };

export const finished: Outcome = { kind: "finished" };
