import { UsageError } from "@waybill/chassis/commandLine";
import { isId } from "@waybill/contracts/ids";

/** The order's id as it was given by `flag`. Throws UsageError when it cannot be one. */
export function readOrderId(flag: string, text: string): string {
  if (isId(text)) return text;
  throw new UsageError(
    `${flag}: "${text}" is none: they have 1 to 64 letters, digits, "-" and "_"`,
  );
}
