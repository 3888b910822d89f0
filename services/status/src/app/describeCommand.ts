import type { Attributes } from "@opentelemetry/api";
import type { ActorKind } from "../domain/lifecycle.ts";
import type { Command, Verdict } from "../domain/status.ts";

/** The reason that a service gave, a word of a list; "" for what people give, which may be anything and stays in the journal. */
export function wordOf(actor: { readonly kind: ActorKind }, reason: string): string {
  return actor.kind === "SERVICE" && /^[A-Z_]{1,40}$/.test(reason) ? reason : "";
}

/** What the span of a command tells: the order, what was asked, and what became of it. */
export function describeCommand(command: Command, verdict: Verdict | undefined): Attributes {
  const attributes: Attributes = {
    "waybill.order_id": command.orderId,
    "waybill.command": command.kind,
  };
  if (verdict === undefined) return attributes;
  attributes["waybill.outcome"] = verdict.kind;
  if (verdict.kind === "refused") {
    attributes["waybill.reason"] = verdict.reason;
    if (verdict.current !== undefined) attributes["waybill.state"] = verdict.current.state;
    return attributes;
  }
  attributes["waybill.state"] = verdict.status.state;
  const reason = command.kind === "move" ? wordOf(command.actor, command.reason) : "";
  if (reason !== "") attributes["waybill.reason"] = reason;
  return attributes;
}
