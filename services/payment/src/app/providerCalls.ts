import { metrics, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { claimsSampling, contextOf, sampledSpanContext, tracer } from "@waybill/chassis";
import type { ProviderStep } from "../domain/evolve.ts";
import { isFree, type Payment } from "../domain/payment.ts";
import type { PaymentProvider, ProviderAnswer } from "../domain/provider.ts";
import { CallSlots } from "./callSlots.ts";

/** Calls that wait for a slot at most: as many as a few full batches bring. */
const maxWaiting = 8_192;

/** A repeated call may find the first one hanging, so it is made beside it; a third one joins these two. */
const maxCallsPerKey = 2;

const spans = tracer("waybill.payment");

/** Makes the calls, with their keys, within the bounds. */
export class ProviderCalls {
  readonly #provider: PaymentProvider;
  readonly #slots: CallSlots;
  readonly #underWay = new Map<string, Promise<ProviderAnswer>[]>();

  constructor(provider: PaymentProvider, concurrency: number) {
    this.#provider = provider;
    this.#slots = new CallSlots(concurrency, maxWaiting);
  }

  /** Rejects when the answer is not known. */
  make(payment: Payment, step: ProviderStep, signal: AbortSignal): Promise<ProviderAnswer> {
    const key = `${payment.transactionId}:${step}`;
    const underWay = this.#underWay.get(key) ?? [];
    if (underWay.length >= maxCallsPerKey) return Promise.any(underWay);
    const call = this.#slots.run(
      () => measured(step, callProvider(this.#provider, { payment, step, key, signal })),
      signal,
    );
    underWay.push(call);
    this.#underWay.set(key, underWay);
    const leave = () => {
      underWay.splice(underWay.indexOf(call), 1);
      if (underWay.length === 0) this.#underWay.delete(key);
    };
    call.then(leave, leave);
    return call;
  }
}

const durations = metrics
  .getMeter("waybill.payment")
  .createHistogram("waybill.payment.provider.duration", {
    description:
      "Time of each call to the payment provider, by operation; unknown: no answer came.",
    unit: "s",
    advice: { explicitBucketBoundaries: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] },
  });

async function measured<T>(operation: ProviderStep, call: Promise<T>): Promise<T> {
  const since = performance.now();
  let outcome = "unknown";
  try {
    const answer = await call;
    outcome = "answered";
    return answer;
  } finally {
    durations.record((performance.now() - since) / 1_000, { operation, outcome });
  }
}

interface Call {
  readonly payment: Payment;
  readonly step: ProviderStep;
  readonly key: string;
  readonly signal: AbortSignal;
}

function callProvider(
  provider: PaymentProvider,
  { payment, step, key, signal }: Call,
): Promise<ProviderAnswer> {
  if (payment.state === "BLOCKED" || isFree(payment.content)) {
    throw new Error(`nothing to ask the provider about ${payment.transactionId}`);
  }
  const { transactionId, content } = payment;
  const { userId, amount, paymentMethod } = content;
  const reference = ("reference" in payment ? payment.reference : undefined) ?? "";
  switch (step) {
    case "authorize":
      return provider.authorize({ key, transactionId, userId, amount, paymentMethod }, signal);
    case "capture":
      return provider.capture({ key, reference, amount }, signal);
    case "void":
      return provider.void({ key, reference }, signal);
    default:
      return step satisfies never;
  }
}

/** Runs a call in a span of the trace, when that is sampled. */
export function inSpan<T>(
  traceparent: string,
  step: ProviderStep,
  call: () => Promise<T>,
): Promise<T> {
  if (!claimsSampling(traceparent)) return call();
  const parent = contextOf(traceparent);
  if (sampledSpanContext(parent) === undefined) return call();
  const options = { kind: SpanKind.CLIENT };
  return spans.startActiveSpan(`provider ${step}`, options, parent, async (span) => {
    try {
      return await call();
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: String(error) });
      throw error;
    } finally {
      span.end();
    }
  });
}
