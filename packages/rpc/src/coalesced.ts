import { type Context, context, ROOT_CONTEXT } from "@opentelemetry/api";
import type { BatchingPoint } from "@waybill/batching";
import { contextOf, type Logger } from "@waybill/chassis";
import type { Failure } from "@waybill/contracts/errors";
import type { CallContext } from "nice-grpc-common";
import { refusalOf, toFailure } from "./failure.ts";
import { refuse } from "./refusal.ts";
import { limits } from "./rules.ts";

/** The result of one element: its response, or why not, as it is told and as it was thrown. */
export type ElementResult<Response> =
  | { readonly ok: Response }
  | { readonly failure: Failure; readonly error: unknown };

type CallSignal = Pick<CallContext, "signal">;

export interface CoalescedOptions<Request, Element, Out, Response, Call extends CallSignal> {
  readonly point: BatchingPoint<Element, Out>;
  /** Validates, authorises and converts one request; throws a Refusal. */
  readonly decode: (request: Request, call: Call) => Element;
  /** The response of one result; throws a Refusal when the result is one. */
  readonly encode: (out: Out, request: Request) => Response;
  /** Where unexpected errors of a batch's elements go; those of a unary call are logged by the server. */
  readonly logger?: Logger;
}

/** A unary RPC and its batch twin, both served by one batching point. */
export interface Coalesced<Request, Response, Call extends CallSignal> {
  /** Handles one request; throws what decoding, the batch or encoding throws. */
  one(request: Request, call: Call): Promise<Response>;
  /**
   * One result for each request, in the same order; never throws for a single element. Throws the
   * Refusal INVALID_ARGUMENT unless there are 1 to 512 of them.
   */
  many(requests: readonly Request[], call: Call): Promise<readonly ElementResult<Response>[]>;
}

/** An element belongs to the trace that its request names, or else to that of the call. */
function contextFor(request: unknown, active: Context): Context {
  const { traceparent } = request as { traceparent?: unknown };
  if (typeof traceparent !== "string" || traceparent === "") return active;
  const named = contextOf(traceparent);
  return named === ROOT_CONTEXT ? active : named;
}

/** Serves a unary RPC and its batch twin by the same batching point. */
export function coalesced<Request, Element, Out, Response, Call extends CallSignal = CallContext>(
  options: CoalescedOptions<Request, Element, Out, Response, Call>,
): Coalesced<Request, Response, Call> {
  const { point, decode, encode, logger } = options;
  const failed = (error: unknown): ElementResult<Response> => {
    if (refusalOf(error) === undefined) logger?.error({ error }, "An element failed unexpectedly");
    return { failure: toFailure(error), error };
  };
  const attempt = <T>(step: () => T): { value: T } | { error: unknown } => {
    try {
      return { value: step() };
    } catch (error) {
      return { error };
    }
  };
  return {
    async one(request, call) {
      const element = decode(request, call);
      const submission = { signal: call.signal, context: contextFor(request, context.active()) };
      // A batch serves many callers: it must not run in the context, nor by the deadline, of one.
      const out = await context.with(ROOT_CONTEXT, () => point.submit(element, submission));
      return encode(out, request);
    },
    async many(requests, call) {
      requireBatch(requests);
      const active = context.active();
      const decoded = requests.map((request) => attempt(() => decode(request, call)));
      const elements: Element[] = [];
      const contexts: Context[] = [];
      decoded.forEach((result, index) => {
        if (!("value" in result)) return;
        elements.push(result.value);
        contexts.push(contextFor(requests[index], active));
      });
      const submission = { signal: call.signal, contexts };
      const settled = (
        await context.with(ROOT_CONTEXT, () => submitAll(point, elements, submission))
      ).values();
      return decoded.map((result, index) => {
        if ("error" in result) return failed(result.error);
        const outcome = settled.next().value as PromiseSettledResult<Out>;
        if (outcome.status === "rejected") return failed(outcome.reason);
        const encoded = attempt(() => encode(outcome.value, requests[index] as Request));
        return "error" in encoded ? failed(encoded.error) : { ok: encoded.value };
      });
    },
  };
}

function requireBatch(requests: readonly unknown[]): void {
  if (requests.length >= 1 && requests.length <= limits.batch) return;
  throw refuse.invalidField(
    "requests",
    `must have 1 to ${limits.batch} elements; given: ${requests.length}`,
  );
}

/** A submission that is refused as a whole is refused for each of its elements. */
async function submitAll<Element, Out>(
  point: BatchingPoint<Element, Out>,
  elements: readonly Element[],
  options: { signal: AbortSignal; contexts: readonly Context[] },
): Promise<readonly PromiseSettledResult<Out>[]> {
  if (elements.length === 0) return [];
  try {
    return await point.submitAll(elements, options);
  } catch (reason) {
    return elements.map(() => ({ status: "rejected", reason }));
  }
}

/** An element's result as the contracts have it: the oneof of response and failure. */
export const toResult = <Response>(result: ElementResult<Response>) =>
  "ok" in result
    ? ({ $case: "response", value: result.ok } as const)
    : ({ $case: "failure", value: result.failure } as const);
