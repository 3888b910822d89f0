/** Amounts and times as the viewer's locale writes them. */

/** An amount in minor units; currencies differ in how many digits those are. */
export function money(minorUnits: number | undefined, currency: string | undefined): string {
  if (minorUnits === undefined || currency === undefined) return "–";
  const format = new Intl.NumberFormat(undefined, { style: "currency", currency });
  return format.format(minorUnits / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });

export const when = (iso: string): string => dateTime.format(new Date(iso));
export const timeOfDay = (iso: string): string => clock.format(new Date(iso));
export const count = (value: number): string => new Intl.NumberFormat().format(value);

/** "CONFIRMED" as people read it. */
export const words = (name: string): string =>
  name.charAt(0) + name.slice(1).toLowerCase().replaceAll("_", " ");

/** How long something has lasted, in its largest unit. */
export function age(iso: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(iso)) / 1_000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}
