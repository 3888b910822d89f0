/**
 * Does the things of all rows, at most so many at a time, of which each row that has some left has the same share: the last one has all.
 * Rows take turns, and within a row things begin in order. When one of them answers false, its row begins no more.
 */
export async function inTurns<T>(
  rows: readonly (readonly T[])[],
  atATime: number,
  act: (thing: T) => Promise<boolean>,
): Promise<void> {
  const { promise: over, resolve, reject } = Promise.withResolvers<void>();
  let left = rows.map((things) => ({ waiting: [...things].reverse(), underWay: 0 }));
  let underWay = 0;

  const begin = (row: (typeof left)[number], thing: T) => {
    underWay += 1;
    row.underWay += 1;
    act(thing)
      .then((goesOn) => {
        underWay -= 1;
        row.underWay -= 1;
        if (!goesOn) row.waiting = [];
        fill();
      })
      .catch(reject);
  };

  const fill = () => {
    while (underWay < atATime) {
      left = left.filter(({ waiting }) => waiting.length > 0);
      const share = Math.ceil(atATime / left.length);
      const next = left.findIndex((row) => row.underWay < share);
      const [row] = next === -1 ? [] : left.splice(next, 1);
      if (row === undefined) break;
      left.push(row);
      begin(row, row.waiting.pop() as T);
    }
    if (underWay === 0) resolve();
  };

  fill();
  await over;
}
