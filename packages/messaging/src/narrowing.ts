import { isTransient } from "@waybill/persistence";
import { again, dead, type Outcome } from "./outcome.ts";

export interface Narrowing<Element> {
  readonly handle: (elements: readonly Element[]) => Promise<readonly Outcome[]>;
  /** Whether the failure says nothing about the elements, for example a database that is down. */
  readonly isTransient: (error: unknown) => boolean;
  /** Whether an element that failed alone is to be given up, or tried again. Asked once each time. */
  readonly isHopeless: (element: Element) => boolean;
  readonly onFailure: (error: unknown, elements: readonly Element[]) => void;
}

/** Handlers answer this; the reason of dead letters whose handling failed unexpectedly. */
export const handlingFailed = "HANDLING_FAILED";

/**
 * Handles a batch. When that fails unexpectedly, its halves are handled one after the other, and so
 * on, until only the element that makes it fail is left. Never throws; one outcome per element.
 */
export async function handleNarrowing<Element>(
  elements: readonly Element[],
  narrowing: Narrowing<Element>,
): Promise<readonly Outcome[]> {
  if (elements.length === 0) return [];
  try {
    const outcomes = await narrowing.handle(elements);
    if (outcomes.length === elements.length) return outcomes;
    throw new Error(`${elements.length} events were handled with ${outcomes.length} outcomes`);
  } catch (error) {
    narrowing.onFailure(error, elements);
    if (narrowing.isTransient(error)) return elements.map(() => again);
    const [first] = elements;
    if (first !== undefined && elements.length === 1) {
      return [narrowing.isHopeless(first) ? dead(handlingFailed, error) : again];
    }
    const middle = Math.ceil(elements.length / 2);
    const before = await handleNarrowing(elements.slice(0, middle), narrowing);
    const after = await handleNarrowing(elements.slice(middle), narrowing);
    return [...before, ...after];
  }
}

const transientNames = new Set(["UnavailableError", "OverloadedError", "DrainingError"]);
/** gRPC: CANCELLED, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, UNAVAILABLE. */
const transientCodes = new Set<unknown>([1, 4, 8, 14]);

/** Unavailable databases and callees, lost conflicts, full or draining queues. */
export function isTransientFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (isTransient(error)) return true;
  return transientNames.has(error.name) || ("code" in error && transientCodes.has(error.code));
}
