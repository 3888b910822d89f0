import type { Observation, PartFacts } from "./observation.ts";
import type { Sample } from "./scrape.ts";

/** Which samples: those of the metric whose labels have these values. */
export interface Which {
  readonly metric: string;
  readonly labels?: Readonly<Record<string, string | RegExp>>;
  /** Of this process alone. */
  readonly part?: string;
  /** Of all processes of this service. */
  readonly service?: string;
}

/** Two observations, and what happened between them. */
export class Series {
  readonly #first: Observation;
  readonly last: Observation;

  constructor(first: Observation, last: Observation) {
    this.#first = first;
    this.last = last;
  }

  /** Unit: s. */
  get duration(): number {
    return (this.last.at - this.#first.at) / 1_000;
  }

  /** The values now. */
  values(which: Which): readonly Sample[] {
    return partsOf(this.last, which).flatMap((part) => samplesOf(part, which));
  }

  /** The largest value now of each value of that label: what every replica tells alike is one value. */
  largestBy(label: string, which: Which): ReadonlyMap<string, number> {
    const largest = new Map<string, number>();
    for (const { labels, value } of this.values(which)) {
      const key = labels[label] ?? "";
      largest.set(key, Math.max(value, largest.get(key) ?? 0));
    }
    return largest;
  }

  /** How much a counter grew per second; undefined when that cannot be told. */
  rate(which: Which): number | undefined {
    const grown = this.#growth(which);
    if (grown === undefined || this.duration <= 0) return undefined;
    return grown.reduce((sum, { value }) => sum + value, 0) / this.duration;
  }

  /** That share of what a histogram counted was at most so large; undefined when it counted nothing. As Prometheus's histogram_quantile. */
  quantile(share: number, which: Which): number | undefined {
    const buckets = new Map<number, number>();
    for (const { labels, value } of this.#growth({ ...which, metric: `${which.metric}_bucket` }) ??
      []) {
      const limit = labels.le === "+Inf" ? Number.POSITIVE_INFINITY : Number(labels.le);
      buckets.set(limit, (buckets.get(limit) ?? 0) + value);
    }
    return quantileOf(
      share,
      [...buckets].sort(([a], [b]) => a - b),
    );
  }

  /** How much each sample grew, of processes that were seen before. One that began anew has counted from 0. */
  #growth(which: Which): readonly Sample[] | undefined {
    const seen = partsOf(this.last, which).flatMap((now) => {
      const then = this.#first.parts.find(({ part }) => part === now.part);
      return now.scrape === undefined || then?.scrape === undefined ? [] : [{ now, then }];
    });
    if (seen.length === 0) return undefined;
    return seen.flatMap(({ now, then }) => {
      const before = new Map(samplesOf(then, which).map((one) => [keyOf(one), one.value]));
      return samplesOf(now, which).map((sample) => {
        const known = before.get(keyOf(sample)) ?? 0;
        return { ...sample, value: sample.value < known ? sample.value : sample.value - known };
      });
    });
  }
}

const keyOf = ({ labels }: Sample): string => JSON.stringify(labels);

const partsOf = ({ parts }: Observation, { part, service }: Which): readonly PartFacts[] =>
  parts.filter(
    (one) =>
      (part === undefined || one.part === part) &&
      (service === undefined || one.service === service),
  );

const samplesOf = ({ scrape }: PartFacts, { metric, labels = {} }: Which): readonly Sample[] =>
  (scrape?.get(metric) ?? []).filter((sample) =>
    Object.entries(labels).every(([name, wanted]) => {
      const value = sample.labels[name] ?? "";
      return typeof wanted === "string" ? value === wanted : wanted.test(value);
    }),
  );

/** Of cumulated counts by upper limit; within a bucket all lie evenly, beyond the last limit at that limit. */
export function quantileOf(
  share: number,
  buckets: readonly (readonly [limit: number, count: number])[],
): number | undefined {
  const total = buckets.at(-1)?.[1] ?? 0;
  if (total === 0) return undefined;
  const rank = share * total;
  const index = buckets.findIndex(([, count]) => count >= rank);
  const [limit, count] = buckets[index] ?? [0, 0];
  const [lower, below] = buckets[index - 1] ?? [0, 0];
  if (limit === Number.POSITIVE_INFINITY) return lower;
  return lower + (limit - lower) * ((rank - below) / (count - below));
}
