import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Stack, serviceNames, startStack } from "@waybill/stack";
import type { Say } from "../command.ts";
import { startTelemetryReceiver, type TelemetryReceiver } from "../telemetry/telemetryReceiver.ts";
import type { ReplicasOptions } from "./options.ts";
import { type KnownProcess, type Share, sharesOf } from "./shares.ts";

/** Connections of a process at most: thirty of them share one PostgreSQL. */
const poolSize = "6";
const demo = join(import.meta.dirname, "../../../packages/demo/src/cli.ts");
/** The share of all orders after which the second replicas are killed. */
const killAfterShare = 0.3;
const pollMs = 500;

/** What came of it. */
export interface ReplicasOutcome {
  readonly shares: readonly Share[];
  /** Every order ended, and the doctor is content. */
  readonly isGood: boolean;
}

/** Has orders placed on several replicas of every service, and kills one of each meanwhile. */
export async function runReplicas(
  { orders, replicas }: ReplicasOptions,
  say: Say,
  signal: AbortSignal,
): Promise<ReplicasOutcome> {
  await using receiver = await startTelemetryReceiver();
  await using stack = await startStack({
    ephemeral: true,
    portBase: "free",
    replicas,
    env: { DATABASE_POOL_SIZE: poolSize, ...receiver.environment(0) },
    signal,
  });
  say(`${replicas} replicas of ${serviceNames.length} services serve`);
  const args = [demo, "--orders", String(orders), "--data-dir", stack.dataDir];
  const playing = spawn(process.execPath, args, {
    stdio: ["ignore", "inherit", "inherit"],
    signal,
  });
  const ended = once(playing, "close");
  await untilHandled(receiver, orders * killAfterShare, signal);
  const killed = await killSecondReplicas(stack);
  say(`the second replica of each service is killed`);
  const [code] = await ended;
  const exporters = await receiver.countedByProcess(signal);
  return { shares: sharesOf(exporters, stack.processes(), killed), isGood: code === 0 };
}

/** Resolves when the order services have handled so many commands. */
async function untilHandled(
  receiver: TelemetryReceiver,
  wanted: number,
  signal: AbortSignal,
): Promise<void> {
  while (true) {
    const counted = await receiver.counted(signal);
    const placed = counted.filter(({ of }) => of === "order.place");
    if (placed.reduce((sum, one) => sum + one.sum, 0) >= wanted) return;
    await delay(pollMs, undefined, { signal });
  }
}

async function killSecondReplicas(stack: Stack): Promise<KnownProcess[]> {
  const killed = serviceNames.map((service) => ({
    part: `${service}.2`,
    pid: stack.pid(service, 1) ?? 0,
  }));
  await Promise.all(serviceNames.map((service) => stack.kill(service, "SIGKILL", 1)));
  return killed;
}
