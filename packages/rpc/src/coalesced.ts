import { type Context, context, ROOT_CONTEXT } from "@opentelemetry/api";
import type { BatchingPoint } from "@waybill/batching";
import { claimsSampling, contextOf, type Logger } from "@waybill/chassis";
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
  readonly logger: Logger;
}

/** A unary RPC and its batch twin, both served by one batching point. */
export interface Coalesced<Request, Response, Call extends CallSignal> {
  /** Handles one request; throws what decoding, the batch or encoding throws. */
  one(request: Request, call: Call): Promise<Response>;
  /**
   * One result for each request, in the same order; never throws for a single element. Throws the
   * Refusal INVALID_ARGUMENT, naming `field` (default "requests"), unless there are 1 to 512.
   */
  many(
    requests: readonly Request[],
    call: Call,
    field?: string,
  ): Promise<readonly ElementResult<Response>[]>;
}

/** An element belongs to the trace that its request names, or else to that of the call. Spans are all that it is for, so that an unsampled one needs none. */
function contextFor(request: unknown, active: Context): Context {
  const { traceparent } = request as { traceparent?: unknown };
  if (typeof traceparent !== "string" || traceparent === "") return active;
  if (!claimsSampling(traceparent)) return ROOT_CONTEXT;
  const named = contextOf(traceparent);
  return named === ROOT_CONTEXT ? active : named;
}

/** Serves a unary RPC and its batch twin by the same batching point. */
export function coalesced<Request, Element, Out, Response, Call extends CallSignal = CallContext>(
  options: CoalescedOptions<Request, Element, Out, Response, Call>,
): Coalesced<Request, Response, Call> {
  const { point, decode, encode, logger } = options;
  const resultOf = (request: Request, settled: PromiseSettledResult<Out>) => {
    const encoded =
      settled.status === "fulfilled" ? attempt(() => encode(settled.value, request)) : settled;
    if (encoded.status === "fulfilled") return { ok: encoded.value };
    const error: unknown = encoded.reason;
    if (refusalOf(error) === undefined) logger.error({ error }, "An element failed unexpectedly");
    return { failure: toFailure(error), error };
  };
  return {
    async one(request, call) {
      const element = decode(request, call);
      const of = contextFor(request, context.active());
      return encode(await point.submit(element, { signal: call.signal, context: of }), request);
    },
    async many(requests, call, field = "requests") {
      requireBatch(requests, field);
      const decoded = requests.map((request) => attempt(() => decode(request, call)));
      const settled = (await submitDecoded(point, requests, decoded, call.signal)).values();
      // What could not be decoded was not submitted, and keeps its place among the results.
      return requests.map((request, index) => {
        const result = decoded[index] ?? missing;
        const outcome = result.status === "rejected" ? result : settled.next().value;
        return resultOf(request, outcome ?? missing);
      });
    },
  };
}

const missing: PromiseRejectedResult = {
  status: "rejected",
  reason: new Error("The batching point answered fewer results than elements"),
};

function attempt<T>(step: () => T): PromiseSettledResult<T> {
  try {
    return { status: "fulfilled", value: step() };
  } catch (reason) {
    return { status: "rejected", reason };
  }
}

/** Submits the elements that could be decoded, each in the context of its request. */
function submitDecoded<Element, Out>(
  point: BatchingPoint<Element, Out>,
  requests: readonly unknown[],
  decoded: readonly PromiseSettledResult<Element>[],
  signal: AbortSignal,
): Promise<readonly PromiseSettledResult<Out>[]> {
  const active = context.active();
  const elements: Element[] = [];
  const contexts: Context[] = [];
  decoded.forEach((result, index) => {
    if (result.status === "rejected") return;
    elements.push(result.value);
    contexts.push(contextFor(requests[index], active));
  });
  return submitAll(point, elements, { signal, contexts });
}

function requireBatch(requests: readonly unknown[], field: string): void {
  if (requests.length >= 1 && requests.length <= limits.batch) return;
  throw refuse.invalidField(
    field,
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
