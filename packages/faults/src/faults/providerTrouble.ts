import type { Wish } from "../load/wish.ts";
import { customers, plentiful, troublesome } from "../load/wish.ts";
import type { Fault } from "./fault.ts";

const ORDERS = 30;

/** What the simulated provider is made to do, by the method of payment. */
const troubles = {
  slow: ["late-payment", "pm_slow"],
  refusing: ["declined", "pm_declined"],
  failing: ["late-payment", "pm_flaky"],
  "timing out after doing it": ["late-payment", "pm_timeout"],
  "answering late": ["late-payment", "pm_pending"],
  "answering after the cancellation": ["cancelled", undefined],
} as const;

export const providerTrouble: Fault = {
  name: "provider-trouble",
  description:
    "the payment provider is slow, refuses, fails, times out after doing it, or answers after the cancellation",
  plan: (chance) => {
    const how = chance.pick(Object.keys(troubles) as (keyof typeof troubles)[]);
    const [kind, method] = troubles[how];
    const wishes = Array.from(
      { length: ORDERS },
      (): Wish => ({
        kind,
        userId: chance.pick(customers),
        lines: [{ itemId: chance.pick(plentiful), quantity: 1 }],
        paymentMethod: method ?? chance.pick(troublesome),
        pauseMs: chance.between(0, 400),
      }),
    );
    const name = `provider-${chance.between(0, 1_000_000)}`;
    return {
      what: `provider ${how}, ${ORDERS} orders at once`,
      run: ({ load }) => load.also(`${name}-${Date.now().toString(36)}`, wishes),
    };
  },
};
