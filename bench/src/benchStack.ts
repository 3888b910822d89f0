import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  freePort,
  type Stack,
  type StackEvent,
  type StackOptions,
  startStack,
} from "@waybill/stack";
import { type CostReader, costReader } from "./measure/costs.ts";
import type { Measured } from "./measure/usage.ts";
import { startSpanReceiver } from "./telemetry/spanReceiver.ts";

/** A stack to be measured. */
export interface BenchStack extends AsyncDisposable {
  readonly stack: Stack;
  /** What went wrong with its processes so far. */
  readonly incidents: readonly string[];
  /** What the work costs that can be counted. */
  readonly costs: CostReader;
  /** The processes that the work is done in, this one included. */
  measured(): readonly Measured[];
}

interface BenchStackOptions {
  readonly keep: boolean;
  readonly traceRatio?: number;
  /** How many processes of each service. Default: 1. */
  readonly replicas?: StackOptions["replicas"];
  /** Added to the environment of every service. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Starts the stack as npm start does, on free ports and with no cancellation window unless the environment names one, and with the share of traces
 * that is given. Its data is in a temporary folder, which is removed with the stack unless it is to be kept.
 */
export async function startBenchStack(
  { keep, traceRatio = 0, replicas = 1, env }: BenchStackOptions,
  signal: AbortSignal,
): Promise<BenchStack> {
  await using cleanUp = new AsyncDisposableStack();
  const receiver = traceRatio > 0 ? cleanUp.use(await startSpanReceiver()) : undefined;
  const incidents: string[] = [];
  const natsMonitorPort = await freePort();
  const stack = cleanUp.use(
    await startStack({
      ...(keep ? { dataDir: mkdtempSync(join(tmpdir(), "waybill-bench-")) } : { ephemeral: true }),
      portBase: "free",
      natsMonitorPort,
      replicas,
      postgres: { countStatements: true },
      env: { CANCELLATION_WINDOW: "0", ...receiver?.environment(traceRatio), ...env },
      report: (event) => incidents.push(...incidentOf(event)),
      signal,
    }),
  );
  const costs = cleanUp.use(await costReader(stack, natsMonitorPort));
  const others = [
    { part: "load generator", pid: process.pid, alone: true },
    ...(receiver === undefined ? [] : [{ part: "span receiver", pid: receiver.pid }]),
  ];
  const owned = cleanUp.move();
  return {
    stack,
    incidents,
    costs,
    measured: () => [...stack.processes(), ...others],
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const incidentOf = (event: StackEvent): string[] =>
  event.kind === "failed" ? [`${event.part} failed: ${event.problem}\n${event.output}`] : [];
