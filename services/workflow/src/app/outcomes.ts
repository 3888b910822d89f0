import type { Failure } from "@waybill/contracts/errors";
import { kindOf, setbackOf } from "../domain/failure.ts";
import type { Outcome, Step } from "../domain/process.ts";

/** How each order of a batch came out of a step, by order id. */
export type Outcomes = ReadonlyMap<string, Outcome>;

/** The outcome of a step in which this call failed. */
export function outcomeOf(step: Step, call: string, failure: Failure): Outcome {
  const kind = kindOf(failure) === "transient" ? "failed" : "refused";
  return { kind, step, setback: setbackOf(call, failure) };
}
