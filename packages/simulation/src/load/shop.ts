import type { ItemServiceClient } from "@waybill/contracts/item";
import type { OrderServiceClient } from "@waybill/contracts/order";
import type { PaymentServiceClient } from "@waybill/contracts/payment";
import { ActorKind } from "@waybill/contracts/status";
import { isUnavailable } from "@waybill/rpc";
import type { Random } from "../engine/random.ts";
import type { Owner, Scheduler } from "../engine/scheduler.ts";
import { catalogue, paymentMethods } from "../world/settings.ts";

/** What clients were told, which has to hold from then on. */
export interface Told {
  acknowledged(orderId: string): void;
  cancelled(orderId: string): void;
  confirmed(orderId: string): void;
}

export interface ShopParts {
  readonly random: Random;
  readonly scheduler: Scheduler;
  readonly world: Owner;
  readonly orders: OrderServiceClient;
  readonly items: ItemServiceClient;
  readonly payments: PaymentServiceClient;
  readonly told: Told;
}

/** How often a client repeats a request that got no definite answer. */
const maxAttempts = 10;

/** Those who still want something. */
export interface Visits {
  open: number;
}

/** People and coordinators who order, repeat themselves, change their minds, and give up. */
export function openShop(parts: ShopParts): Visits {
  const { random } = parts;
  const visits = { open: random.whole(1, 3) };
  for (let guest = visits.open; guest > 0; guest -= 1) {
    const visit = random.chance(0.25) ? coordinate : buy;
    void visit(parts, `${guest}`).then(() => {
      visits.open -= 1;
    });
  }
  return visits;
}

const pause = ({ scheduler, world }: ShopParts, ms: number): Promise<void> =>
  new Promise((resolve) => {
    scheduler.enter(world, ms, resolve);
  });

/** Repeats a call until it has a definite answer; undefined: refused, or given up. */
async function insist<T>(parts: ShopParts, call: () => Promise<T>): Promise<T | undefined> {
  const { random } = parts;
  const patience = random.chance(0.2) ? 1 : maxAttempts;
  for (let attempt = 0; attempt < patience; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (!isUnavailable(error)) return undefined;
      await pause(parts, random.between(50, 900));
    }
  }
  return undefined;
}

const linesOf = (random: Random) =>
  catalogue
    .filter(() => random.chance(0.55))
    .concat(catalogue.slice(0, 1))
    .slice(0, random.whole(1, 3))
    .map(({ itemId }) => ({ itemId, quantity: random.whole(1, 2) }));

async function buy(parts: ShopParts, guest: string): Promise<void> {
  const { random, orders, told } = parts;
  await pause(parts, random.between(0, 1_200));
  const request = {
    userId: `user-${guest}`,
    requestId: `request-${guest}`,
    lines: linesOf(random),
    paymentMethod: random.pick(paymentMethods),
  };
  const place = async () => {
    const answer = await insist(parts, () => orders.createOrder(request));
    if (answer?.order !== undefined) told.acknowledged(answer.order.orderId);
    return answer?.order?.orderId;
  };
  const copies = random.chance(0.3) ? 2 : 1;
  const [orderId] = await Promise.all(Array.from({ length: copies }, place));
  if (orderId === undefined || random.chance(0.5)) return;
  await pause(parts, random.between(0, 1_200));
  const actor = { kind: ActorKind.CUSTOMER, id: request.userId };
  const cancelled = await insist(parts, () => orders.cancelOrder({ orderId, actor, reason: "" }));
  if (cancelled !== undefined) told.cancelled(orderId);
}

/** An outside coordinator: Try, then Confirm or Cancel; and one that has lost its mind. */
async function coordinate(parts: ShopParts, guest: string): Promise<void> {
  const { random, scheduler, orders, told } = parts;
  await pause(parts, random.between(0, 1_200));
  const orderId = `order-${guest}`;
  const actor = { kind: ActorKind.COORDINATOR, id: "coordinator" };
  const order = {
    orderId,
    userId: `user-${guest}`,
    lines: linesOf(random),
    paymentMethod: random.pick(paymentMethods),
  };
  const expiresAt = new Date(scheduler.now + random.between(5_000, 15_000));
  const cancel = async () => {
    const answer = await insist(parts, () => orders.cancelOrder({ orderId, actor, reason: "" }));
    if (answer !== undefined) told.cancelled(orderId);
  };
  if (random.chance(0.3)) void confirmUntried(parts, guest);
  const early = random.chance(0.2) ? cancel() : undefined;
  const tried = await insist(parts, () => orders.tryOrder({ order, expiresAt }));
  await early;
  if (tried === undefined || random.chance(0.2)) return;
  told.acknowledged(orderId);
  if (random.chance(0.4)) return cancel();
  const confirmed = await insist(parts, () => orders.confirmOrder({ orderId, actor }));
  if (confirmed !== undefined) told.confirmed(orderId);
}

/** Confirms what was never tried: nothing may come of it. */
async function confirmUntried({ items, payments }: ShopParts, guest: string): Promise<void> {
  const requests = [{ transactionId: `untried-${guest}` }];
  await Promise.allSettled([
    items.batchConfirmReservations({ requests }),
    payments.batchConfirmPayments({ requests }),
  ]);
}
