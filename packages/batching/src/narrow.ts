import { type Entry, rejected } from "./entry.ts";
import { noteFailure } from "./spans.ts";

export interface Handling<In, Out> {
  readonly name: string;
  readonly handle: (elements: readonly In[]) => Promise<readonly Out[]>;
  readonly isTransient: (error: unknown) => boolean;
}

/**
 * Has the entries handled, and settles each. When the handler throws, the fault may be one
 * element's: halves are tried, one after the other, until only the poison element fails. A transient
 * error is everybody's: trying each half would only add to the trouble. Never rejects.
 */
export async function settleNarrowing<In, Out>(
  entries: readonly Entry<In, Out>[],
  handling: Handling<In, Out>,
): Promise<void> {
  const outcome = await attempt(entries, handling);
  if (outcome.kind === "handled") {
    entries.forEach((entry, index) => {
      entry.settle({ status: "fulfilled", value: outcome.results[index] as Out });
    });
    return;
  }
  noteFailure(outcome.error);
  if (entries.length === 1 || !outcome.divisible) {
    for (const entry of entries) entry.settle(rejected(outcome.error));
    return;
  }
  const middle = Math.ceil(entries.length / 2);
  await settleNarrowing(entries.slice(0, middle), handling);
  await settleNarrowing(entries.slice(middle), handling);
}

type Attempt<Out> =
  | { readonly kind: "handled"; readonly results: readonly Out[] }
  | { readonly kind: "failed"; readonly error: unknown; readonly divisible: boolean };

async function attempt<In, Out>(
  entries: readonly Entry<In, Out>[],
  { name, handle, isTransient }: Handling<In, Out>,
): Promise<Attempt<Out>> {
  try {
    const results = await handle(entries.map((entry) => entry.element));
    if (results.length === entries.length) return { kind: "handled", results };
    // The work is done, but nobody can tell whose result is whose: doing it again would not help.
    const error = new Error(
      `${name} broke its promise: ${results.length} results for ${entries.length} elements`,
    );
    return { kind: "failed", error, divisible: false };
  } catch (error) {
    return { kind: "failed", error, divisible: !isTransient(error) };
  }
}
