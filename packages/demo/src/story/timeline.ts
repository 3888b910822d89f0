import { ActorKind, OrderState, type Transition } from "@waybill/contracts/status";

/** The name of an enum's value: "DELIVERED". */
const nameIn = (values: Readonly<Record<string, number>>, value: number): string =>
  Object.keys(values).find((name) => values[name] === value) ?? String(value);

export const stateName = (state: OrderState): string => nameIn(OrderState, state);

/** An order's transitions, one line each: when, to which state, by whom and why. */
export function formatTimeline(transitions: readonly Transition[]): string {
  const startedAt = transitions[0]?.occurredAt?.getTime() ?? 0;
  return transitions.map((transition) => timelineLine(transition, startedAt)).join("\n");
}

function timelineLine(transition: Transition, startedAt: number): string {
  const { version, to, actor, reason, occurredAt } = transition;
  const at = occurredAt?.getTime() ?? startedAt;
  const time =
    version === 1
      ? new Date(at).toISOString().slice(11, 23)
      : `+${((at - startedAt) / 1_000).toFixed(3)} s`;
  const kind = nameIn(ActorKind, actor?.kind ?? ActorKind.UNSPECIFIED).toLowerCase();
  const who = kind === "service" ? actor?.id : `${kind} ${actor?.id}`;
  const why = reason === "" ? "" : `: ${reason}`;
  return `    ${time.padStart(12)}  ${stateName(to).padEnd(11)} by ${who}${why}`;
}

/** The trace that led through all of it; empty when nothing was traced. */
export function traceIdOf(transitions: readonly Transition[]): string {
  return transitions[0]?.traceparent.split("-")[1] ?? "";
}

/** An amount for people: "EUR 12.90". */
export function formatMoney(money: { minorUnits: bigint; currency: string } | undefined): string {
  if (money === undefined) return "no price yet";
  const format = new Intl.NumberFormat("en", { style: "currency", currency: money.currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return `${money.currency} ${(Number(money.minorUnits) / 10 ** digits).toFixed(digits)}`;
}
