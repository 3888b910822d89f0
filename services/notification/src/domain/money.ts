import { minorDigits } from "@waybill/contracts/currencies";
import type { Money } from "./notification.ts";

/** Made once: a formatter takes longer to make than to use a thousand times. */
const grouped = new Intl.NumberFormat("en");

/** "EUR 1,234.50". Exact for any amount. */
export function formatMoney({ minorUnits, currency }: Money): string {
  const digits = minorDigits(currency);
  const padded = minorUnits.toString().padStart(digits + 1, "0");
  const whole = grouped.format(BigInt(padded.slice(0, padded.length - digits)));
  return digits === 0 ? `${currency} ${whole}` : `${currency} ${whole}.${padded.slice(-digits)}`;
}
