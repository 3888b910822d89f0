import type { Driven, Failures } from "../load/drive.ts";
import type { Reads } from "../load/reads.ts";
import {
  type BatchFigures,
  batchFigures,
  type CostPerOrder,
  type Costs,
  costPerOrder,
} from "../measure/costs.ts";
import type { Latencies, Percentiles } from "../measure/latencies.ts";
import type { ListingFigures } from "../measure/listing.ts";
import type { Settled } from "../measure/settling.ts";
import type { SoakPoint } from "../measure/soak.ts";
import { peakBytesOf, type UsedBetween } from "../measure/usage.ts";
import type { BenchOptions } from "../options.ts";

/** What one process, or all of PostgreSQL's together, used for the measured orders. */
export interface ProcessFigures {
  readonly part: string;
  readonly cpuSecondsPerThousandOrders: number;
  readonly peakMegabytes: number;
}

/** The figures of a run; what --json writes. Latencies are in ms. */
export interface Report {
  readonly options: BenchOptions;
  readonly acceptedPerSecond: number;
  readonly deliveredPerSecond: number;
  readonly accepted: number;
  readonly delivered: number;
  readonly cancelled: number;
  /** Orders that were accepted and have not ended. */
  readonly unfinished: number;
  readonly acceptSeconds: number;
  readonly deliverSeconds: number;
  /** From when a request was to be sent until its order was accepted. */
  readonly acceptance: Percentiles;
  /** From when an order was stored until it was DELIVERED. */
  readonly delivery: Percentiles;
  /** Requests that read, mixed in; undefined when there were none. From when a request was to be sent until it was answered. */
  readonly reads: { readonly getOrder: Percentiles; readonly listOrders: Percentiles } | undefined;
  /** Pages of orders, in the preloaded store before orders were placed; undefined without a preload. */
  readonly listing: ListingFigures | undefined;
  readonly failures: readonly Failures[];
  /** What was counted, per accepted order. */
  readonly perOrder: CostPerOrder;
  readonly batches: readonly BatchFigures[];
  /** How a run of some duration went; empty for others. */
  readonly soak: readonly SoakPoint[];
  /** Of all processes, the load generator included. */
  readonly cpuMsPerOrder: number;
  /** Of all processes; what processes of one program share counts once. */
  readonly peakMegabytes: number;
  readonly processes: readonly ProcessFigures[];
  /** Processes that ended unasked, and what else went wrong meanwhile. */
  readonly incidents: readonly string[];
}

const bytesPerMegabyte = 1_048_576;

/** What was measured. */
export interface Measurements {
  readonly options: BenchOptions;
  readonly driven: Driven;
  readonly settled: Settled;
  readonly used: readonly UsedBetween[];
  readonly costs: Costs;
  readonly reads: Pick<Reads, "getOrder" | "listOrders">;
  readonly listing: ListingFigures | undefined;
  readonly soak: readonly SoakPoint[];
  readonly incidents: readonly string[];
}

/** Turns what was measured into figures per second and per order. */
export function reportOf(measurements: Measurements): Report {
  const { options, driven, settled, used, costs, incidents, listing, soak } = measurements;
  const { startedAt, tookMs } = driven;
  const accepted = driven.acceptedIds.length;
  const acceptSeconds = tookMs / 1_000;
  const deliverSeconds =
    ((settled.lastDeliveredAt?.getTime() ?? startedAt.getTime()) - startedAt.getTime()) / 1_000;
  const cpuSeconds = sum(used.map((part) => part.cpuSeconds));
  return {
    options,
    acceptedPerSecond: ratio(accepted, acceptSeconds),
    deliveredPerSecond: ratio(settled.delivered, deliverSeconds),
    accepted,
    delivered: settled.delivered,
    cancelled: settled.cancelled,
    unfinished: Math.max(settled.unfinished, accepted - settled.delivered - settled.cancelled),
    acceptSeconds,
    deliverSeconds,
    acceptance: driven.acceptance.percentiles(),
    delivery: settled.delivery.percentiles(),
    reads: options.readShare > 0 ? readFigures(measurements.reads) : undefined,
    listing,
    failures: driven.failures,
    perOrder: costPerOrder(costs, accepted),
    batches: batchFigures(costs, accepted),
    soak,
    cpuMsPerOrder: ratio(cpuSeconds * 1_000, accepted),
    peakMegabytes: peakBytesOf(used.flatMap((part) => part.memories)) / bytesPerMegabyte,
    processes: used.map((part) => ({
      part: part.part,
      cpuSecondsPerThousandOrders: ratio(part.cpuSeconds * 1_000, accepted),
      peakMegabytes: peakBytesOf(part.memories) / bytesPerMegabyte,
    })),
    incidents,
  };
}

const readFigures = ({ getOrder, listOrders }: Record<"getOrder" | "listOrders", Latencies>) => ({
  getOrder: getOrder.percentiles(),
  listOrders: listOrders.percentiles(),
});

const sum = (numbers: readonly number[]): number =>
  numbers.reduce((total, number) => total + number, 0);

/** 0 rather than infinite. */
const ratio = (amount: number, per: number): number => (per > 0 ? amount / per : 0);
