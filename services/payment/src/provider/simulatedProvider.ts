import { hash } from "node:crypto";
import { createBatchingPoint } from "@waybill/batching";
import { sleep } from "@waybill/chassis";
import { type Database, isTransient } from "@waybill/persistence";
import type {
  Authorization,
  AuthorizeRequest,
  Capture,
  LateAnswers,
  PaymentProvider,
  ProviderAnswer,
  Voiding,
} from "../domain/provider.ts";
import { markCalledBack, matureAccounts } from "./ledger.ts";
import { serveRequests } from "./simulatedBooks.ts";
import {
  type Delays,
  isSimulatedMethod,
  type ProviderRequest,
  type Reply,
} from "./simulatedRules.ts";

/** A provider that only pretends, with a ledger of its own; steered by the payment method (SimulatedPaymentMethod). */
export interface SimulatedProvider extends PaymentProvider, AsyncDisposable {
  /** Calls back what has become due, like a webhook: until it is taken. For a background loop; survives restarts. */
  callBack(listener: LateAnswers): Promise<{ again: boolean }>;
}

export interface SimulatedProviderOptions {
  /** The provider's own database, not payment's. */
  readonly db: Database;
  readonly delays: Delays;
  readonly now?: () => Date;
}

/** Callbacks made in one go. */
const maxCallbacks = 256;

/** A callback that was not taken is made again after that time. Unit: ms. */
const callBackAgainMs = 5_000;

/** Batches in flight; their statements are short. */
const lanes = 2;

export function createSimulatedProvider({
  db,
  delays,
  now = () => new Date(),
}: SimulatedProviderOptions): SimulatedProvider {
  const point = createBatchingPoint<ProviderRequest, Reply>({
    name: "provider.serve",
    handle: serveRequests(db, delays, now),
    lanes,
    isTransient,
  });
  const call = async (request: ProviderRequest, signal: AbortSignal): Promise<ProviderAnswer> =>
    await heard(await point.submit(request, { signal }), now(), signal);
  return {
    accepts: isSimulatedMethod,
    authorize: async (request, signal) => (await call(toRequest(request), signal)) as Authorization,
    capture: async (request, signal) =>
      (await call({ kind: "capture", ...request }, signal)) as Capture,
    void: async (request, signal) => (await call({ kind: "void", ...request }, signal)) as Voiding,
    callBack: async (listener) => {
      const at = now();
      const again = new Date(at.getTime() + callBackAgainMs);
      const due = await matureAccounts(db, at, again, maxCallbacks);
      if (due.length === 0) return { again: false };
      await listener(
        due.map(({ transactionId, reference }) => ({
          transactionId,
          answer: { kind: "authorized", reference },
        })),
      );
      await markCalledBack(
        db,
        due.map(({ reference }) => reference),
      );
      return { again: due.length === maxCallbacks };
    },
    [Symbol.asyncDispose]: () => point[Symbol.asyncDispose](),
  };
}

/** Made of the key, so that whoever repeats a call, on whatever replica, means the same authorisation. */
function toRequest({
  key,
  transactionId,
  amount,
  paymentMethod,
}: AuthorizeRequest): ProviderRequest {
  const reference = `sim_${hash("sha256", key, "base64url").slice(0, 22)}`;
  return { kind: "authorize", key, reference, transactionId, amount, paymentMethod };
}

/** What the caller gets to hear, and when. */
async function heard(reply: Reply, now: Date, signal: AbortSignal): Promise<ProviderAnswer> {
  switch (reply.kind) {
    case "answer": {
      const waitMs = (reply.at?.getTime() ?? 0) - now.getTime();
      if (waitMs > 0) await sleep(waitMs, signal);
      return reply.answer;
    }
    case "failure":
      throw new Error("the simulated provider fails, as pm_flaky does twice");
    case "silence":
      return await silence(signal);
    default:
      return reply satisfies never;
  }
}

function silence(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
