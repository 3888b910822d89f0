import { type Actor, ActorKind, OrderState } from "@waybill/contracts/status";
import { Status as Code, Refusal, reasonName } from "@waybill/rpc";

/** "CODE REASON field, field" of the refusal that a call is answered with. */
export async function refused(call: Promise<unknown>): Promise<string> {
  const { code, reason, violations } = await refusal(call);
  const fields = violations.map((violation) => violation.field).join(", ");
  return `${Code[code]} ${reasonName(reason)} ${fields}`.trim();
}

/** The refusal that a call is answered with. */
export async function refusal(call: Promise<unknown>): Promise<Refusal> {
  const thrown = await call.then(
    () => new Error("expected a refusal, but the call was answered"),
    (error: unknown) => error,
  );
  if (thrown instanceof Refusal) return thrown;
  throw thrown;
}

/** Polls until the condition holds; throws after the deadline. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  withinMs = 15_000,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`never came true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export const workflow: Actor = { kind: ActorKind.SERVICE, id: "workflow" };
export const shipping: Actor = { kind: ActorKind.SERVICE, id: "shipping" };
export const delivery: Actor = { kind: ActorKind.SERVICE, id: "delivery" };
export const alice: Actor = { kind: ActorKind.CUSTOMER, id: "alice" };

/** A transition that the actor asks for. */
export const move = (
  orderId: string,
  from: keyof typeof OrderState,
  to: keyof typeof OrderState,
  actor = workflow,
) => ({ orderId, expectedState: OrderState[from], newState: OrderState[to], actor });
