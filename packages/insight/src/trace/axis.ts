/** A stretch of time, in ms since 1970. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** Time as it is drawn: the gaps, in which nothing was done, are cut out. */
export interface Axis {
  readonly start: number;
  readonly end: number;
  readonly gaps: readonly Interval[];
  /** The columns that an interval takes: the first, and how many, at least one. */
  columnsOf(interval: Interval): { readonly first: number; readonly count: number };
  /** Where a gap was cut out. */
  readonly cuts: readonly number[];
}

/** Shorter pauses are part of the work: a message's way, a timer's tick. Of the whole, and in ms. */
const gapShare = 0.05;
const maxUnseenGapMs = 100;

/** Lays out the time of these intervals over so many columns; a gap takes one. There must be an interval. */
export function axisOf(intervals: readonly Interval[], columns: number): Axis {
  const busy = merged(intervals);
  const start = busy[0]?.from ?? 0;
  const end = busy.at(-1)?.to ?? 0;
  const threshold = Math.min(maxUnseenGapMs, (end - start) * gapShare);
  const pauses = busy
    .slice(1)
    .map(({ from }, index) => ({ from: busy[index]?.to ?? from, to: from }));
  const gaps = pauses.filter(({ from, to }) => to - from >= threshold).slice(0, columns / 2);
  const drawn = end - start - gaps.reduce((sum, { from, to }) => sum + to - from, 0);
  const perMs = drawn > 0 ? (columns - gaps.length) / drawn : 0;
  /** In columns, with fractions. */
  const positionOf = (at: number): number => {
    const past = gaps.filter(({ to }) => to <= at);
    const cutOut = past.reduce((sum, { from, to }) => sum + to - from, 0);
    return (at - start - cutOut) * perMs + past.length;
  };
  return {
    start,
    end,
    gaps,
    cuts: gaps.map(({ to }) => Math.min(columns, Math.floor(positionOf(to))) - 1),
    columnsOf: ({ from, to }) => {
      const first = Math.min(columns - 1, Math.floor(positionOf(from)));
      const last = Math.min(columns, Math.ceil(positionOf(to)));
      return { first, count: Math.max(1, last - first) };
    },
  };
}

/** The times in which anything was done, apart and in order. */
function merged(intervals: readonly Interval[]): readonly Interval[] {
  const result: { from: number; to: number }[] = [];
  for (const { from, to } of intervals.toSorted((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else result.push({ from, to });
  }
  return result;
}
