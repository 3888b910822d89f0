import type { BatchingPoint } from "@waybill/batching";
import { createBatchingPoint } from "@waybill/batching";
import type { Messaging } from "@waybill/messaging";
import type { Database } from "@waybill/persistence";
import { isTransient } from "@waybill/persistence";
import { readStatuses } from "../db/statusStore.ts";
import type { StateSummary } from "../db/statusSummary.ts";
import type { Command, Status, Transition, Verdict } from "../domain/status.ts";
import { applyCommands, type Committed } from "./applyCommands.ts";
import { createChanges } from "./changes.ts";
import { describeCommand } from "./describeCommand.ts";
import { recordTransitions } from "./orderMetrics.ts";
import { summaries } from "./summaries.ts";
import { type Watched, watchAll } from "./watchAll.ts";
import { watchOrder } from "./watchOrder.ts";

export interface StatusParts {
  readonly db: Database;
  readonly messaging: Messaging;
  /** Called right after each commit; must not throw. */
  readonly publish: (changes: readonly Committed[]) => void;
  /** Publishes what of these orders is not in the stream yet; answers how many transitions that are. */
  readonly publishPending: (orderIds: readonly string[]) => Promise<number>;
  /** How long an order may stay where it is before it is announced again. */
  readonly patienceMs: number;
  readonly maxBatchSize: number;
  readonly lanes: number;
}

/** What the service does. Disposal finishes what was taken. */
export interface StatusApp extends AsyncDisposable {
  readonly db: Database;
  readonly commands: BatchingPoint<Command, Verdict>;
  readonly statuses: BatchingPoint<string, Status | undefined>;
  readonly summaries: BatchingPoint<undefined, readonly StateSummary[]>;
  statusOf(orderId: string): Promise<Status | undefined>;
  watchOrder(orderId: string, after: number, signal: AbortSignal): AsyncGenerator<Transition>;
  watchAll(after: string | undefined, signal: AbortSignal): AsyncGenerator<Watched>;
  readonly publishPending: StatusParts["publishPending"];
}

export function statusApp(parts: StatusParts): StatusApp {
  const { db, messaging, publish, patienceMs, maxBatchSize, lanes } = parts;
  const changes = createChanges();
  const committed = (made: readonly Committed[]) => {
    publish(made);
    recordTransitions(made);
    changes.notify(made.map(({ status }) => status.orderId));
  };
  const commands = createBatchingPoint({
    name: "status.commands",
    handle: applyCommands(db, patienceMs, committed),
    maxBatchSize,
    lanes,
    isTransient,
    describe: describeCommand,
  });
  const statuses = createBatchingPoint({
    name: "status.read",
    handle: async (orderIds: readonly string[]) => {
      const found = await readStatuses(db, orderIds);
      return orderIds.map((orderId) => found.get(orderId));
    },
    describe: (orderId) => ({ "waybill.order_id": orderId }),
    maxBatchSize,
    lanes,
    isTransient,
  });
  const points = { commands, statuses, summaries: summaries(db) };
  return {
    db,
    ...points,
    statusOf: (orderId) => statuses.submit(orderId),
    watchOrder: watchOrder(db, changes),
    watchAll: watchAll(db, messaging),
    publishPending: parts.publishPending,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(Object.values(points).map((point) => point[Symbol.asyncDispose]()));
    },
  };
}
