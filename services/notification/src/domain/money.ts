import type { Money } from "./notification.ts";

/**
 * The currencies whose minor unit is not a hundredth, by ISO 4217. Intl's own digits are for cash: it would show 1,000 fillér as
 * HUF 1,000.
 */
const digitsOf: ReadonlyMap<string, number> = new Map(
  Object.entries({
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
  }).flatMap(([digits, currencies]) =>
    currencies.split(" ").map((currency) => [currency, Number(digits)] as const),
  ),
);

/** Made once: a formatter takes longer to make than to use a thousand times. */
const grouped = new Intl.NumberFormat("en");

/** "EUR 1,234.50". Exact for any amount. */
export function formatMoney({ minorUnits, currency }: Money): string {
  const digits = digitsOf.get(currency) ?? 2;
  const padded = minorUnits.toString().padStart(digits + 1, "0");
  const whole = grouped.format(BigInt(padded.slice(0, padded.length - digits)));
  return digits === 0 ? `${currency} ${whole}` : `${currency} ${whole}.${padded.slice(-digits)}`;
}
