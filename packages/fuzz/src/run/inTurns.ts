/**
 * Does the things of all rows, at most so many at a time. Rows take turns, so that a few rows are worked at by all; within a row things
 * begin in order. When one of them answers false, its row begins no more.
 */
export async function inTurns<T>(
  rows: readonly (readonly T[])[],
  atATime: number,
  act: (thing: T) => Promise<boolean>,
): Promise<void> {
  const waiting = new Set(rows.map((row) => row.values()));
  const next = (): [ArrayIterator<T>, T] | undefined => {
    for (const row of waiting) {
      waiting.delete(row);
      const { done, value } = row.next();
      if (done) continue;
      waiting.add(row); // At the end: the others come first.
      return [row, value];
    }
    return undefined;
  };
  const lane = async () => {
    for (let turn = next(); turn !== undefined; turn = next()) {
      const [row, thing] = turn;
      if (!(await act(thing))) waiting.delete(row);
    }
  };
  await Promise.all(Array.from({ length: atATime }, lane));
}
