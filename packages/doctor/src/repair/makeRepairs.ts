import { setTimeout as delay } from "node:timers/promises";
import { createLogger, type Logger } from "@waybill/chassis";
import { type ItemServiceClient, ItemServiceDefinition } from "@waybill/contracts/item";
import { OrderServiceDefinition } from "@waybill/contracts/order";
import { StatusServiceDefinition } from "@waybill/contracts/status";
import { createClient } from "@waybill/rpc";
import { operatorToken, type ServiceName, type StackRecord } from "@waybill/stack";
import { type FateSources, type HoldKeeper, resolveExpired } from "@waybill/tcc";
import type { Databases } from "../look/databases.ts";
import { judgeRepairs, type Repair, type Repaired, type RepairKind } from "./repairs.ts";

/** The batch RPCs take at most 512. */
const batchSize = 256;

/** How often, and how long, the databases are looked at for what was asked of the services. Unit: ms. */
const lookEveryMs = 100;
const lookForMs = 5_000;

/** The services of a running stack that make the repairs, each of what it owns. */
export interface Menders {
  readonly order: { batchAbandonOrders(request: { orderIds: string[] }): Promise<unknown> };
  readonly status: { publishTransitions(request: { orderIds: string[] }): Promise<unknown> };
  /** Resolves expired holds by their orders' fate, as the reaper would. */
  readonly resolve: (transactionIds: readonly string[]) => Promise<unknown>;
}

/**
 * Has the services make these repairs, and looks how each came out. Announcing goes by AbandonOrder, which announces an order that is stored, and
 * could leave a tombstone only where none is. Throws a Refusal when a service is away.
 */
export async function makeRepairs(
  databases: Pick<Databases, "query">,
  menders: Menders,
  repairs: readonly Repair[],
): Promise<readonly Repaired[]> {
  const make: Readonly<Record<RepairKind, (ids: string[]) => Promise<unknown>>> = {
    announce: (orderIds) => menders.order.batchAbandonOrders({ orderIds }),
    publish: (orderIds) => menders.status.publishTransitions({ orderIds }),
    resolve: (ids) => menders.resolve(ids),
  };
  const repaired: Repaired[] = [];
  for (const [kind, all] of Map.groupBy(repairs, (repair) => repair.kind)) {
    for (let start = 0; start < all.length; start += batchSize) {
      const batch = all.slice(start, start + batchSize);
      await make[kind](batch.map(({ subject }) => subject));
      repaired.push(...(await untilDone(databases, kind, batch)));
    }
  }
  return repaired;
}

/** Publishing goes on after the answer; everything else is there at once. */
async function untilDone(
  databases: Pick<Databases, "query">,
  kind: RepairKind,
  batch: readonly Repair[],
) {
  const deadline = performance.now() + lookForMs;
  while (true) {
    const judged = await judgeRepairs(databases, kind, batch);
    const isOver = kind !== "publish" || performance.now() > deadline;
    if (isOver || judged.every(({ isDone }) => isDone)) return judged;
    await delay(lookEveryMs);
  }
}

/** The services of a local stack that runs. */
export function mendersOf(dataDir: string, { addresses }: StackRecord): Menders & AsyncDisposable {
  const logger = createLogger("doctor", { level: "silent", format: "json" });
  const token = operatorToken(dataDir, "doctor");
  const configOf = (callee: ServiceName) => {
    return { callee, address: addresses[callee].join(","), logger, token };
  };
  const order = createClient(OrderServiceDefinition, configOf("order"));
  const status = createClient(StatusServiceDefinition, configOf("status"));
  const item = createClient(ItemServiceDefinition, configOf("item"));
  return {
    ...mendersOver({ order, status, item, logger }),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([order, status, item].map((client) => client[Symbol.asyncDispose]()));
    },
  };
}

export interface MendingClients extends FateSources {
  readonly status: FateSources["status"] & Menders["status"];
  readonly item: Pick<ItemServiceClient, "batchConfirmReservations" | "batchCancelReservations">;
  readonly logger: Logger;
}

/** The repairs by calls of these services. */
export function mendersOver({ order, status, item, logger }: MendingClients): Menders {
  const requests = (ids: readonly string[]) => ids.map((transactionId) => ({ transactionId }));
  const holdsOf = (ids: readonly string[]): HoldKeeper => ({
    expired: async (at, after) =>
      after === undefined ? ids.map((transactionId) => ({ transactionId, expiresAt: at })) : [],
    confirm: (of) => settled(item.batchConfirmReservations({ requests: requests(of) })),
    cancel: (of) => settled(item.batchCancelReservations({ requests: requests(of) })),
    // Only its owner extends a hold; that of an open order is right as it is.
    extend: async (of) => of.map(() => ({ status: "fulfilled", value: undefined })),
  });
  return {
    order,
    status,
    resolve: (ids) =>
      resolveExpired({ holds: holdsOf(ids), status, order, at: new Date(), logger }),
  };
}

interface BatchResults {
  readonly results: readonly { readonly result?: { readonly $case: string } | undefined }[];
}

async function settled(asked: Promise<BatchResults>): Promise<PromiseSettledResult<unknown>[]> {
  const { results } = await asked;
  return results.map(({ result }) =>
    result?.$case === "response"
      ? { status: "fulfilled", value: undefined }
      : { status: "rejected", reason: result },
  );
}
