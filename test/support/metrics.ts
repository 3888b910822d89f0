import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./repository.ts";

/** A row of docs/metrics.md. */
export interface Documented {
  /** The name in Prometheus. */
  readonly name: string;
  /** OpenTelemetry's. */
  readonly instrument: string;
  readonly kind: string;
  readonly unit: string;
  readonly labels: readonly string[];
  readonly meaning: string;
}

const codes = (cell: string): string[] =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);

/** All metrics that docs/metrics.md tells of. */
export function documentedMetrics(): readonly Documented[] {
  const text = readFileSync(join(root, "docs/metrics.md"), "utf8");
  return text
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => {
      const cells = line.split("|").map((cell) => cell.trim());
      const [, names = "", kind = "", unit = "", labels = "", meaning = ""] = cells;
      const [name = "", instrument = ""] = codes(names);
      return { name, instrument, kind, unit: codes(unit)[0] ?? "", labels: codes(labels), meaning };
    });
}

/** An instrument as a source makes it. */
export interface Made {
  readonly instrument: string;
  readonly kind: string;
  readonly unit: string;
  readonly meaning: string;
}

/** `createCounter("name", { … })`, and the specs of observeGauges: `"name": { … }`. */
const instrumentPattern =
  /(?:create(?:Observable)?(\w+)\(\s*|^ {2})"([a-z][a-z_.]+\.[a-z_.]+)"[,:] \{([\s\S]*?)\}(?!")/gm;

const kinds: Readonly<Record<string, string>> = {
  Counter: "counter",
  UpDownCounter: "gauge",
  Gauge: "gauge",
  Histogram: "histogram",
};

/** The instruments that a source makes. */
export function instrumentsIn(text: string): readonly Made[] {
  return [...text.matchAll(instrumentPattern)]
    .filter(([, , , spec = ""]) => spec.includes("description:"))
    .map(([, made = "Gauge", instrument = "", spec = ""]) => ({
      instrument,
      kind: kinds[made] ?? made,
      unit: /unit: "([^"]*)"/.exec(spec)?.[1] ?? "",
      meaning: /description:\s*"([^"]*)"/.exec(spec)?.[1] ?? "",
    }));
}

/** A metric as a process serves it. */
export interface Served {
  readonly kind: string;
  readonly meaning: string;
  readonly labels: ReadonlySet<string>;
}

/** What Prometheus reads of a /metrics page, by name. */
export function servedMetrics(page: string): ReadonlyMap<string, Served> {
  const served = new Map<string, { kind: string; meaning: string; labels: Set<string> }>();
  for (const line of page.split("\n")) {
    const [, comment, named = "", rest = ""] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (comment === "HELP") served.set(named, { kind: "", meaning: rest, labels: new Set() });
    const found = served.get(named);
    if (comment === "TYPE" && found !== undefined) found.kind = rest;
    const [, sample = "", labels = ""] = /^([a-z]\w*)(?:\{(.*)\})? /.exec(line) ?? [];
    const of = served.get(sample) ?? served.get(sample.replace(/_(bucket|sum|count)$/, ""));
    for (const [, label = ""] of labels.matchAll(/([a-z]\w*)="/g))
      if (label !== "le") of?.labels.add(label);
  }
  return served;
}
