const unitsInMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;
const pattern = /^(\d+)(ms|s|m|h)?$/;

/** "500ms", "5s", "2m", "24h", or a bare number of ms, in ms; undefined for anything else. Whole numbers only. */
export function parseDuration(text: string): number | undefined {
  const [, digits, unit = "ms"] = pattern.exec(text) ?? [];
  return digits === undefined
    ? undefined
    : Number(digits) * unitsInMs[unit as keyof typeof unitsInMs];
}
