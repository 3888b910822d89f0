/** "1 order", "1,234 orders". */
export const count = (number: number, thing: string): string =>
  `${number.toLocaleString("en")} ${thing}${number === 1 ? "" : "s"}`;

/** "84 ms", "1.9 s", "3 min"; "–" for what is not known. Unit: s. */
export function lasting(seconds: number | undefined): string {
  if (seconds === undefined) return "–";
  if (seconds < 1) return `${Math.round(seconds * 1_000)} ms`;
  return seconds < 120 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds / 60)} min`;
}

/** "12.3"; "–" for what is not known. */
export const perSecond = (rate: number | undefined): string => rate?.toFixed(1) ?? "–";

const bytesPerMb = 1_000_000;

export const megabytes = (bytes: number | undefined): string =>
  bytes === undefined ? "–" : `${Math.round(bytes / bytesPerMb)} MB`;

export const percent = (share: number | undefined): string =>
  share === undefined ? "–" : `${Math.round(share * 100)} %`;

/** "a, b and c". */
export const names = (all: readonly string[]): string =>
  new Intl.ListFormat("en-GB", { type: "conjunction" }).format(all);
