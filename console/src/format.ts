import { minorDigits } from "@waybill/contracts/currencies";

/** Amounts and times as the viewer's locale writes them. */

const moneyFormats = new Map<string, Intl.NumberFormat>();

/** With the digits that amounts are kept in: by itself, Intl leaves out those of coins that are not used any more. */
function moneyFormat(currency: string): Intl.NumberFormat {
  const digits = minorDigits(currency);
  const format =
    moneyFormats.get(currency) ??
    new Intl.NumberFormat(undefined, {
      style: "currency",
      currency,
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
  moneyFormats.set(currency, format);
  return format;
}

/** An amount in minor units. */
export function money(minorUnits: number | undefined, currency: string | undefined): string {
  if (minorUnits === undefined || currency === undefined) return "–";
  return moneyFormat(currency).format(minorUnits / 10 ** minorDigits(currency));
}

const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const number = new Intl.NumberFormat();

export const when = (iso: string): string => dateTime.format(new Date(iso));
export const timeOfDay = (iso: string): string => clock.format(new Date(iso));
export const count = (value: number): string => number.format(value);

/** "CONFIRMED" as people read it. */
export const words = (name: string): string =>
  name.charAt(0).toUpperCase() + name.slice(1).toLowerCase().replaceAll(/[_-]/g, " ");

const tenths = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });

/** How long something lasts, in its largest unit. */
export function duration(ms: number): string {
  const seconds = Math.max(0, ms) / 1_000;
  if (seconds < 1) return `${Math.round(seconds * 1_000)} ms`;
  if (seconds < 10) return `${tenths.format(seconds)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3_600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

/** How long ago something was. */
export const age = (iso: string, now: number): string =>
  duration(Math.max(1_000, now - Date.parse(iso)));
