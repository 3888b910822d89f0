import { Failure } from "@waybill/contracts/errors";
import { fromFailure, toFailure } from "@waybill/rpc";
import { isOfContent } from "../domain/failure.ts";

/** One element of a batch RPC's response, as the contracts shape it. */
export interface ResultElement {
  readonly result:
    | { readonly $case: "response"; readonly value: unknown }
    | { readonly $case: "failure"; readonly value: Failure }
    | undefined;
}

export type ResponseOf<Element extends ResultElement> = Extract<
  NonNullable<Element["result"]>,
  { $case: "response" }
>["value"];

/** What became of one request of a batch. `element`: its result as it came; undefined when the call as a whole failed. */
export type Answer<Element extends ResultElement> = OkAnswer<Element> | FailedAnswer<Element>;

export interface OkAnswer<Element extends ResultElement> {
  readonly kind: "ok";
  readonly response: ResponseOf<Element>;
  readonly element: Element;
}

export interface FailedAnswer<Element extends ResultElement> {
  readonly kind: "failed";
  readonly failure: Failure;
  readonly element: Element | undefined;
}

/**
 * Asks one batch RPC and gives each request its answer, in the same order; never throws. When the call as a whole fails, its elements
 * share the failure; if that is to be blamed on what was sent, halves are tried, so that an element that spoils the batch fails alone.
 */
export async function askAll<Request, Element extends ResultElement>(
  requests: readonly Request[],
  send: (requests: Request[]) => Promise<{ readonly results: readonly Element[] }>,
): Promise<readonly Answer<Element>[]> {
  if (requests.length === 0) return [];
  try {
    const { results } = await send([...requests]);
    if (results.length === requests.length) return results.map(toAnswer);
    throw new Error(`${requests.length} requests got ${results.length} results`);
  } catch (error) {
    const failure = toFailure(error);
    if (requests.length === 1 || !isOfContent(failure)) {
      return requests.map(() => ({ kind: "failed", failure, element: undefined }));
    }
    const middle = requests.length >> 1;
    const first = await askAll(requests.slice(0, middle), send);
    return [...first, ...(await askAll(requests.slice(middle), send))];
  }
}

function toAnswer<Element extends ResultElement>(element: Element): Answer<Element> {
  const { result } = element;
  if (result?.$case === "response") return { kind: "ok", response: result.value, element };
  const failure = result?.value ?? toFailure(new Error("a result without content"));
  return { kind: "failed", failure, element };
}

/**
 * Goes on with the elements of a batch whose call succeeded, and hands the others to `leave`. `next` may throw on a response
 * that breaks its contract; that element leaves too, alone.
 */
export function proceed<Element, Result extends ResultElement, Next>(
  elements: readonly Element[],
  answers: readonly Answer<Result>[],
  next: (element: Element, response: ResponseOf<Result>) => Next,
  leave: (element: Element, answer: FailedAnswer<Result>) => void,
): Next[] {
  return elements.flatMap((element, index) => {
    const answer = answers[index] ?? failedBy(new Error("no answer"));
    if (answer.kind === "failed") {
      leave(element, answer);
      return [];
    }
    try {
      return [next(element, answer.response)];
    } catch (error) {
      leave(element, failedBy(error));
      return [];
    }
  });
}

const failedBy = (error: unknown) =>
  ({ kind: "failed", failure: toFailure(error), element: undefined }) as const;

/** A part of a response that its contract promises. Throws when it is missing. */
export function present<T>(part: T | undefined, name: string): T {
  if (part !== undefined) return part;
  throw fromFailure(
    Failure.fromPartial({ code: internalCode, message: `the response lacks its ${name}` }),
  );
}

const internalCode = 13;
