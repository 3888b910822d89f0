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

/** How many decimal places of the currency's unit its minor unit has: 2 for EUR, whose minor unit is the cent. */
export const minorDigits = (currency: string): number => digitsOf.get(currency) ?? 2;
