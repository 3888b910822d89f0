import type { Line } from "./frame.ts";

/** How much a terminal shows. */
export interface Screen {
  readonly columns: number;
  readonly rows: number;
}

const isVerdict = ({ tone }: Line): boolean => tone === "bad" || tone === "good";

/** What fits: where there is too little room, what is wrong is told in full, and the figures above it give way. */
export function fit(lines: readonly Line[], { columns, rows }: Screen): readonly Line[] {
  const figures = lines.filter((line) => !isVerdict(line));
  const verdict = lines.filter(isVerdict).flatMap((line) => wrapped(line, columns));
  const cut = figures.map((line) => ({ ...line, text: line.text.slice(0, columns) }));
  return [...cut.slice(0, Math.max(0, rows - verdict.length)), ...verdict].slice(0, rows);
}

function wrapped({ text, tone }: Line, columns: number): Line[] {
  const pieces = text.match(new RegExp(`.{1,${columns}}`, "gu")) ?? [];
  return pieces.map((piece) => ({ text: piece, tone }));
}
