import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Stack, serviceNames, startStack } from "@waybill/stack";
import type { Say } from "../command.ts";
import { type Counted, countedByPart } from "../measure/counted.ts";
import type { ReplicasOptions } from "./options.ts";
import { reachedBefore } from "./reachedBefore.ts";
import { type Share, sharesOf } from "./shares.ts";

/** Connections of a process at most: thirty of them share one PostgreSQL. */
const poolSize = "6";
const demo = join(import.meta.dirname, "../../../packages/demo/src/cli.ts");
/** The share of all orders after which the second replicas are killed. */
const killAfterShare = 0.3;
const pollMs = 500;

/** What came of it. */
export interface ReplicasOutcome {
  readonly shares: readonly Share[];
  /** Replicas were killed while orders came, every order ended, and the doctor is content. */
  readonly isGood: boolean;
}

/** Has orders placed on several replicas of every service, and kills one of each meanwhile. */
export async function runReplicas(
  { orders, replicas }: ReplicasOptions,
  say: Say,
  signal: AbortSignal,
): Promise<ReplicasOutcome> {
  await using stack = await startStack({
    ephemeral: true,
    portBase: "free",
    replicas,
    env: { DATABASE_POOL_SIZE: poolSize },
    signal,
  });
  say(`${replicas} replicas of ${serviceNames.length} services serve`);
  const args = [demo, "--orders", String(orders), "--data-dir", stack.dataDir];
  const playing = spawn(process.execPath, args, {
    stdio: ["ignore", "inherit", "inherit"],
    signal,
  });
  const ended = once(playing, "close");
  const wanted = orders * killAfterShare;
  const isUnderWay = await reachedBefore(ended, (over) =>
    untilHandled(stack, wanted, AbortSignal.any([signal, over])),
  );
  if (!isUnderWay) {
    say("the demo ended before any replica was killed");
    return { shares: sharesOf(await countedByPart(stack)), isGood: false };
  }
  const killed = await killSecondReplicas(stack);
  say(`the second replica of each service is killed`);
  const [code] = await ended;
  await stack.untilReady();
  const counted = new Map([...(await countedByPart(stack)), ...killed]);
  return { shares: sharesOf(counted), isGood: code === 0 };
}

/** Resolves when the order services have handled so many commands. */
async function untilHandled(stack: Stack, wanted: number, signal: AbortSignal): Promise<void> {
  while (true) {
    const counted = await countedByPart(stack, ["order"]);
    const placed = [...counted.values()].flat().filter(({ of }) => of === "order.place");
    if (placed.reduce((sum, one) => sum + one.sum, 0) >= wanted) return;
    await delay(pollMs, undefined, { signal });
  }
}

/** Answers what they have handled up to then, by names that tell that they are not those that follow them. */
async function killSecondReplicas(stack: Stack): Promise<ReadonlyMap<string, readonly Counted[]>> {
  const counted = await countedByPart(stack);
  await Promise.all(serviceNames.map((service) => stack.kill(service, "SIGKILL", 1)));
  return new Map(
    [...counted]
      .filter(([part]) => part.endsWith(".2"))
      .map(([part, all]) => [`${part} (killed)`, all]),
  );
}
