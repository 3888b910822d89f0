/** One value of a metric. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What a process told at one moment, by the metric's name. */
export type Scrape = ReadonlyMap<string, readonly Sample[]>;

const linePattern = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
const labelPattern = /(\w+)="((?:[^"\\]|\\.)*)"/g;
const escapes: Readonly<Record<string, string>> = { "\\n": "\n", '\\"': '"', "\\\\": "\\" };

/** Longer than a process needs that answers at all. */
const scrapeWithinMs = 1_500;

/** Asks a process for its metrics, as Prometheus does. `address`: host:port. Rejects when it does not answer. */
export async function scrapeMetrics(address: string): Promise<Scrape> {
  const signal = AbortSignal.timeout(scrapeWithinMs);
  const response = await fetch(`http://${address}/metrics`, { signal });
  if (!response.ok) throw new Error(`The metrics at ${address} answer ${response.status}`);
  return parseScrape(await response.text());
}

/** Reads Prometheus's text format; comments, and times of samples, are of no interest here. */
export function parseScrape(text: string): Scrape {
  const scrape = new Map<string, Sample[]>();
  for (const line of text.split("\n")) {
    const [, name, labels = "", value] = linePattern.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    const samples = scrape.get(name) ?? [];
    samples.push({ labels: parseLabels(labels), value: parseValue(value) });
    scrape.set(name, samples);
  }
  return scrape;
}

const parseLabels = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...text.matchAll(labelPattern)].map(([, name = "", value = ""]) => [name, unescaped(value)]),
  );

const unescaped = (value: string): string =>
  value.replaceAll(/\\[n"\\]/g, (written) => escapes[written] ?? written);

const parseValue = (text: string): number =>
  text === "+Inf" ? Number.POSITIVE_INFINITY : Number(text);
