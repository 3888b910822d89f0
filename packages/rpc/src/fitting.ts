/** What the elements of one answer may take: with all else, well below the largest message. Unit: bytes. */
export const maxAnswerBytes = 3 * 1024 * 1024;

/** How many elements of these sizes, from the first on, fit into one answer; one always does. */
export function countFitting(sizes: readonly number[]): number {
  let left = maxAnswerBytes;
  const tooMany = sizes.findIndex((size, index) => {
    left -= size;
    return left < 0 && index > 0;
  });
  return tooMany === -1 ? sizes.length : tooMany;
}
