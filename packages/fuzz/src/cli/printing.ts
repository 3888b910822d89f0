import { sparingly } from "@waybill/chassis";
import type { Report, Watcher } from "../run/fuzz.ts";
import type { Finding } from "../run/runPortion.ts";

const number = new Intl.NumberFormat("en");

/** How much of a text or a list is printed; base64 tells all. */
const MAX_TEXT = 200;
const MAX_ELEMENTS = 8;
const MAX_LINE = 600;

/** How often a log is told how far it is. Unit: ms. */
const LOG_PROGRESS_MS = 30_000;

/** Tells how it goes, line by line: how far it is on one line that is written over on a terminal, on one twice a minute elsewhere. */
export function printing(print: (text: string) => void = console.log): Watcher {
  const log = sparingly(LOG_PROGRESS_MS, print);
  return {
    onProgress: (inputs, findings) => {
      const text = `  ${number.format(inputs)} inputs, ${findings} findings`;
      if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
      else log(text);
    },
    onFinding: (finding, lines) => print(formatFinding(finding, lines)),
  };
}

/** A finding for people: the target, the smallest input, the answer, and what the process has said last. */
export function formatFinding({ target, input, wrong }: Finding, lines: readonly string[]): string {
  return [
    `✘ ${target.name}`,
    `    answered  ${wrong}`,
    `    input     ${JSON.stringify(input, shortened)}`,
    ...lines.map((line) => `    log       ${line.slice(0, MAX_LINE)}`),
  ].join("\n");
}

function shortened(key: string, value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Array.isArray(value) && value.length > MAX_ELEMENTS)
    return [...value.slice(0, MAX_ELEMENTS), `and ${value.length - MAX_ELEMENTS} more`];
  if (typeof value !== "string" || value.length <= MAX_TEXT || key === "base64") return value;
  return `${value.slice(0, MAX_TEXT)}, and ${value.length - MAX_TEXT} more`;
}

/** What became of all inputs, target by target. */
export function formatReport(report: Report): string {
  const { counts, seed, tookMs, findings, ended, broken, ok } = report;
  const inputs = sum(counts.map(({ counts }) => counts.inputs));
  const undecodable = sum(counts.map(({ counts }) => counts.undecodable));
  const width = Math.max(...counts.map(({ name }) => name.length));
  const rows = counts.map(({ name, counts }) =>
    [
      name.padEnd(width),
      number.format(counts.inputs).padStart(8),
      number.format(counts.undecodable).padStart(12),
      number.format(counts.repeated).padStart(9),
      ` ${formatAnswers(counts.answers)}`,
    ].join(" "),
  );
  return [
    "",
    `${"".padEnd(width)}   inputs  undecodable  repeated  answers`,
    ...rows,
    "",
    `Seed ${seed}: ${number.format(inputs)} inputs to ${counts.length} targets in ${Math.round(tookMs / 1_000)} s; ${number.format(undecodable)} were no protobuf of their type`,
    ...ended,
    ...(broken === undefined ? [] : [broken]),
    ok
      ? "✔ No input got an answer that none may get; every process serves as before."
      : `✘ ${findings.length} targets answered wrongly, ${ended.length} processes ended; once more with --seed ${seed}`,
  ].join("\n");
}

const formatAnswers = (answers: Readonly<Record<string, number>>): string =>
  Object.entries(answers)
    .sort(([, a], [, b]) => b - a)
    .map(([answer, times]) => `${answer} ${number.format(times)}`)
    .join(", ");

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
