import { figure, table } from "../report/table.ts";
import { batchDependent, type Measures } from "./measures.ts";

/** How much a measure may grow. */
export const growthLimit = 0.1;
/** The same of what depends on how large batches become: enough to notice when they are hardly formed any more. */
const batchDependentLimit = 0.5;

/** One measure beside what was recorded. */
export interface Compared {
  readonly name: string;
  readonly recorded: number;
  readonly now: number;
  /** Of what was recorded; infinite for what is new. */
  readonly growth: number;
  readonly hasGrown: boolean;
}

/** Compares all measures; one that was not recorded has grown from nothing. */
export const compare = (recorded: Measures, now: Measures): readonly Compared[] =>
  [...new Set([...Object.keys(recorded), ...Object.keys(now)])]
    .map((name) => ({ name, recorded: recorded[name] ?? 0, now: now[name] ?? 0 }))
    .filter(({ recorded: before, now: after }) => before > 0 || after > 0)
    .map((one) => {
      const growth = one.now / one.recorded - 1;
      const limit = batchDependent.has(one.name) ? batchDependentLimit : growthLimit;
      return { ...one, growth, hasGrown: growth > limit };
    });

const percent = (growth: number): string =>
  Number.isFinite(growth) ? `${growth > 0 ? "+" : ""}${(growth * 100).toFixed(1)} %` : "new";

export function comparisonTable(compared: readonly Compared[]): string {
  const rows = compared.map(({ name, recorded, now, growth, hasGrown }) => [
    `${hasGrown ? "✘" : "✔"} ${name}`,
    figure(recorded),
    figure(now),
    percent(growth),
  ]);
  return table(["what", "recorded", "now", "growth"], rows).join("\n");
}

export function verdict(compared: readonly Compared[]): string {
  const grown = compared.filter(({ hasGrown }) => hasGrown).length;
  const allowed = `${growthLimit * 100} % (what depends on the size of batches: ${batchDependentLimit * 100} %)`;
  if (grown === 0) return `✔ Nothing has grown by more than ${allowed}.`;
  return `✘ ${grown} of ${compared.length} have grown by more than ${allowed}. If that is worth it: npm run bench:guard -- --record, and say why in the commit.`;
}
