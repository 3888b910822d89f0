/** Cuts a list into pieces of at most `limit` in weight, in order; an element that weighs more has a piece of its own. */
export function byWeight<T>(
  elements: readonly T[],
  weightOf: (element: T) => number,
  limit: number,
): readonly (readonly T[])[] {
  const pieces: T[][] = [];
  let weight = limit;
  for (const element of elements) {
    weight += weightOf(element);
    const last = pieces.at(-1);
    if (last === undefined || weight > limit) {
      pieces.push([element]);
      weight = weightOf(element);
    } else {
      last.push(element);
    }
  }
  return pieces;
}
