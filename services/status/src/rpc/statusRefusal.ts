import { ErrorReason } from "@waybill/contracts/errors";
import type { Status as StatusMessage } from "@waybill/contracts/status";
import { Status as Code, Refusal } from "@waybill/rpc";
import type { Verdict } from "../domain/status.ts";
import { statusMessage } from "./mapping.ts";

type Refused = Extract<Verdict, { kind: "refused" }>;

const codes = {
  NOT_FOUND: [Code.NOT_FOUND, ErrorReason.ORDER_NOT_FOUND],
  ILLEGAL_TRANSITION: [Code.FAILED_PRECONDITION, ErrorReason.ILLEGAL_TRANSITION],
  STATE_MISMATCH: [Code.FAILED_PRECONDITION, ErrorReason.STATE_MISMATCH],
  ACTOR_NOT_ENTITLED: [Code.PERMISSION_DENIED, ErrorReason.ACTOR_NOT_ENTITLED],
  TRY_INCOMPLETE: [Code.FAILED_PRECONDITION, ErrorReason.TRY_INCOMPLETE],
  CANCELLED: [Code.ABORTED, ErrorReason.ORDER_CANCELLED],
} as const;

/** A refused command, with the status that holds instead, so that who lost a race can act on it. */
export class StatusRefusal extends Refusal {
  readonly current: StatusMessage | undefined;

  constructor(verdict: Refused) {
    const [code, reason] = codes[verdict.reason];
    const { current } = verdict;
    const metadata: Record<string, string> = { order_id: verdict.command.orderId };
    if (current !== undefined) {
      metadata.current_state = current.state;
      metadata.version = String(current.version);
    }
    super(code, reason, messageOf(verdict), { metadata });
    this.current = current && statusMessage(current);
  }
}

function messageOf({ reason, command, current }: Refused): string {
  const order = `Order ${command.orderId}`;
  const now = current === undefined ? "" : ` Current status: ${current.state}`;
  switch (reason) {
    case "NOT_FOUND":
      return `There is no order ${command.orderId}.`;
    case "ILLEGAL_TRANSITION":
      return `${order} cannot go ${pathOf(command)}: there is no such transition.${now}`;
    case "STATE_MISMATCH":
      return `${order} cannot go ${pathOf(command)}.${now}`;
    case "ACTOR_NOT_ENTITLED":
      return `${order}: this actor may not ask for ${pathOf(command)}.${now}`;
    case "TRY_INCOMPLETE":
      return `${order} cannot be confirmed: its stock and payment are not secured yet.${now}`;
    case "CANCELLED":
      return `${order} is cancelled.`;
    default:
      return reason satisfies never;
  }
}

function pathOf(command: Refused["command"]): string {
  return command.kind === "move" ? `from ${command.from} to ${command.to}` : "on";
}
