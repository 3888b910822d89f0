import { isAcknowledged, type Ledger } from "../load/ledger.ts";
import { seconds } from "../patience.ts";
import type { Watcher } from "../run/playRounds.ts";
import type { Report, RoundReport } from "../run/report.ts";

const number = new Intl.NumberFormat("en");
const FAULT_WIDTH = 18;
const MAX_SHOWN = 10;

/** Tells how it goes, line by line. On a terminal, one more line tells how far it is, and is written over. */
export function printing(print: (text: string) => void = console.log): Watcher {
  return {
    onSkipped: (name, why) => print(`Left out: ${name}, for ${why}`),
    onRound: (seed, schedule) => {
      print(`\nSeed ${seed}`);
      for (const { atMs, fault, injection } of schedule)
        print(`  ${seconds(atMs).padStart(7)}  ${fault.padEnd(FAULT_WIDTH)}${injection.what}`);
    },
    onProgress: (ledger, underWay) => transient(progressOf(ledger, underWay)),
    onRoundEnd: (report) => {
      transient("");
      print(formatRound(report));
    },
    onTimelines: (text) => print(`\n${text}`),
  };
}

function progressOf(ledger: Ledger, underWay: number): string {
  const acknowledged = ledger.entries.filter(isAcknowledged).length;
  return `  ${acknowledged} orders acknowledged, ${underWay} customers under way, ${ledger.failures.length} calls repeated`;
}

function transient(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

function formatRound(report: RoundReport): string {
  const { ok, quietMs, acknowledged, requests, noticed, rollingRestarts } = report;
  const quiet = quietMs === null ? "NOT QUIET in time" : `quiet after ${seconds(quietMs)}`;
  const restarts = rollingRestarts.map(
    (one) =>
      `    rolling restart in ${seconds(one.tookMs)}: ${one.accepted} orders accepted, ${total(one.noticed)} calls failed, p99 ${one.p99Ms} ms`,
  );
  return [
    `  ${ok ? "✔" : "✘"} ${number.format(acknowledged)} orders of ${number.format(requests)} requests, ${number.format(total(noticed))} calls repeated by clients, ${quiet}`,
    ...restarts,
    ...problemsOf(report),
  ].join("\n");
}

const total = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

function problemsOf({ open, broken, examples, contradictions, error }: RoundReport): string[] {
  return [
    ...(error === "" ? [] : [error]),
    ...Object.entries(open).map(([what, ids]) => `still open ${what}: ${ids.join(", ")}`),
    ...Object.entries(broken).map(([check, times]) => `doctor: ${check}, ${times} times`),
    ...examples.slice(0, MAX_SHOWN).map(({ subject, text }) => `doctor: ${subject}: ${text}`),
    ...contradictions
      .slice(0, MAX_SHOWN)
      .map(({ check, request, text }) => `client: ${request}: ${text} [${check}]`),
  ].map((line) => `    ${line}`);
}

/** What became of all rounds. */
export function formatReport(report: Report): string {
  const { ok, rounds, orders, injected, brokenPromises, longestQuietMs } = report;
  const kinds = Object.entries(injected).map(([name, times]) => `${name} ${times}`);
  if (rounds.length === 0) return "\n✘ Nothing was proved: all faults were left out.";
  const failed = rounds.filter((round) => !round.ok).map(({ seed }) => seed);
  return [
    "",
    `${number.format(rounds.length)} rounds, ${number.format(orders)} orders, longest time until quiet ${seconds(longestQuietMs)}`,
    `Faults: ${kinds.join(", ")}`,
    ok
      ? "✔ No promise was broken."
      : `✘ ${number.format(brokenPromises)} promises broken; once more with --seed ${failed.join(", ")}`,
  ].join("\n");
}
