/**
 * Does the things of all rows, at most so many at a time, of which each row has the same share: one alone has all. Rows take turns, and
 * within a row things begin in order. When one of them answers false, its row begins no more.
 */
export async function inTurns<T>(
  rows: readonly (readonly T[])[],
  atATime: number,
  act: (thing: T) => Promise<boolean>,
): Promise<void> {
  const share = Math.ceil(atATime / Math.max(1, rows.length));
  // As often as it may have something under way.
  const waiting = rows.flatMap((row) => Array<ArrayIterator<T>>(share).fill(row.values()));
  const over = new Set<ArrayIterator<T>>();
  const lane = async () => {
    for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) {
      if (over.has(row)) continue;
      const { done, value } = row.next();
      if (done) continue;
      if (await act(value)) waiting.push(row);
      else over.add(row);
    }
  };
  await Promise.all(Array.from({ length: atATime }, lane));
}
