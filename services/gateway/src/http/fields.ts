import type { Money } from "@waybill/contracts/money";
import { limits, rules } from "@waybill/rpc";
import { z } from "zod";
import { maxKeyLength } from "../app/idempotency.ts";

/** What several routes ask for or answer. */

export const time = z.string().meta({ format: "date-time" });

export const minorUnits = z
  .int()
  .min(0)
  .max(Number(limits.minorUnits))
  .meta({ description: "An amount in minor units of its currency: cents for EUR" });

/** By what the trace of a request is found. */
export const traceFields = {
  traceId: z
    .string()
    .optional()
    .meta({ description: "Names the trace, and finds the logs of all services that were in it" }),
  traceUrl: z.string().optional().meta({
    description:
      "Where the trace can be looked at; absent when it was not sampled, or cannot be looked at by a browser",
  }),
};

export const orderParams = z.object({ orderId: rules.id });

export const idempotencyHeaders = z.object({
  "idempotency-key": z
    .string()
    .min(1)
    .max(maxKeyLength)
    .optional()
    .meta({ description: "Makes the request repeatable: the same key is the same request" }),
});

export const pageQuery = z.object({
  pageSize: z.coerce.number().int().min(1).max(limits.pageSize).optional(),
  pageToken: z
    .string()
    .max(4_096)
    .optional()
    .meta({ description: "From the Link header of the page before" }),
});

/** The page that a query asks for, as the contracts say it. */
export const pageOf = ({ pageSize = 0, pageToken = "" }: z.output<typeof pageQuery>) => ({
  pageSize,
  pageToken,
});

/** A time as JSON has it. */
export const timeOf = (at: Date): string => at.toISOString();

/** A time that may be absent. */
export const optionalTimeOf = (at: Date | undefined): string | undefined => at?.toISOString();

/** What must be there by the contract; a service that leaves it out is broken. */
export function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`a service has answered without ${what}`);
  return value;
}

/** An amount, safe as a JSON number by the contracts' limit. */
export const amountOf = (money: Money | undefined): number | undefined =>
  money === undefined ? undefined : Number(money.minorUnits);
