import { ActorKind } from "@waybill/contracts/status";
import type { Asking } from "./asking.ts";
import type { Clients } from "./clients.ts";
import type { Answer, Entry } from "./ledger.ts";
import type { Kind } from "./wish.ts";

/** What a story needs. */
export interface Stage {
  readonly orders: Clients["orders"];
  readonly asking: Asking;
  /** Time passes. Unit: ms. */
  readonly pass: (ms: number) => Promise<void>;
}

type Story = (stage: Stage, entry: Entry) => Promise<void>;

const coordinator = { kind: ActorKind.COORDINATOR, id: "travel" } as const;

/** What somebody does who has this kind of wish. */
export const stories: Readonly<Record<Kind, Story>> = {
  plain: placeAndLook,
  declined: placeAndLook,
  "late-payment": placeAndLook,
  "out-of-stock": placeAndLook,
  "hot-item": placeAndLook,
  cancelled: cancelInTheWindow,
  repeated: sendSeveralTimes,
  changed: sendWithOtherContent,
  "coordinator-confirms": tryAndConfirm,
  "coordinator-cancels": tryAndCancel,
  "coordinator-too-late": cancelAndTry,
};

async function placeAndLook(stage: Stage, entry: Entry): Promise<void> {
  const { orderId } = await place(stage, entry);
  await look(stage, entry, orderId);
}

async function cancelInTheWindow(stage: Stage, entry: Entry): Promise<void> {
  const { orderId } = await place(stage, entry);
  if (orderId === "") return;
  await stage.pass(entry.wish.pauseMs);
  await cancel(stage, entry, orderId, { kind: ActorKind.CUSTOMER, id: entry.wish.userId });
  await look(stage, entry, orderId);
}

/** An impatient client: twice at once, and then once more. */
async function sendSeveralTimes(stage: Stage, entry: Entry): Promise<void> {
  await Promise.all([place(stage, entry), place(stage, entry)]);
  await stage.pass(entry.wish.pauseMs);
  const { orderId } = await place(stage, entry);
  await look(stage, entry, orderId);
}

/** The same request_id for something else: refused. */
async function sendWithOtherContent(stage: Stage, entry: Entry): Promise<void> {
  await place(stage, entry);
  await stage.pass(entry.wish.pauseMs);
  await place(
    stage,
    entry,
    entry.wish.lines.map((line) => ({ ...line, quantity: line.quantity + 1 })),
  );
}

async function tryAndConfirm(stage: Stage, entry: Entry): Promise<void> {
  const { orderId, refused } = await tryOrder(stage, entry);
  if (refused !== undefined) return;
  await stage.pass(entry.wish.pauseMs);
  await stage.asking.ask(entry, "confirm", () =>
    stage.orders.confirmOrder({ orderId, actor: coordinator }),
  );
  await look(stage, entry, orderId);
}

async function tryAndCancel(stage: Stage, entry: Entry): Promise<void> {
  const { orderId } = await tryOrder(stage, entry); // None when the Try was refused: there is nothing to look at.
  await stage.pass(entry.wish.pauseMs);
  await cancel(stage, entry, entry.request, coordinator);
  await look(stage, entry, orderId);
}

/** A cancel that overtakes its try: that order can never be placed. */
async function cancelAndTry(stage: Stage, entry: Entry): Promise<void> {
  await cancel(stage, entry, entry.request, coordinator);
  await stage.pass(entry.wish.pauseMs);
  await tryOrder(stage, entry);
}

function place({ orders, asking }: Stage, entry: Entry, lines = entry.wish.lines): Promise<Answer> {
  const { userId, paymentMethod } = entry.wish;
  const request = { requestId: entry.request, userId, lines: [...lines], paymentMethod };
  return asking.ask(entry, "place", () => orders.createOrder(request));
}

function tryOrder({ orders, asking }: Stage, entry: Entry): Promise<Answer> {
  const { userId, paymentMethod, lines } = entry.wish;
  const order = { orderId: entry.request, userId, lines: [...lines], paymentMethod };
  return asking.ask(entry, "try", () => orders.tryOrder({ order }));
}

function cancel(
  { orders, asking }: Stage,
  entry: Entry,
  orderId: string,
  actor: { readonly kind: ActorKind; readonly id: string },
): Promise<Answer> {
  return asking.ask(entry, "cancel", () => orders.cancelOrder({ orderId, actor }));
}

async function look({ orders, asking, pass }: Stage, entry: Entry, orderId: string): Promise<void> {
  if (orderId === "") return;
  await pass(entry.wish.pauseMs);
  await asking.ask(entry, "read", () => orders.getOrder({ orderId }));
}
