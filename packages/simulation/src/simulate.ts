import { Random } from "./engine/random.ts";
import { type Owner, Scheduler } from "./engine/scheduler.ts";
import { setActive } from "./engine/virtualTime.ts";
import type { Visits } from "./load/shop.ts";
import { unrest } from "./watch/quiet.ts";
import { startMs } from "./world/settings.ts";
import { buildWorld, type Onlookers, type World } from "./world/world.ts";

/** What came of one schedule. */
export interface Result {
  readonly seed: number;
  readonly steps: number;
  /** In virtual time. Unit: ms. */
  readonly lastedMs: number;
  /** The promise that was broken, in words; undefined: none. */
  readonly violation: string | undefined;
}

/** How long things may go wrong, and how long it may take from healing to quiet. Unit: ms. */
const [turmoilMs, quietWithinMs] = [6_000, 240_000];

/** How often it is looked whether all is quiet. Unit: ms. */
const lookMs = 250;

export interface SimulateOptions extends Pick<Onlookers, "onDeed"> {
  /** Is told each step of note. */
  readonly trace?: (line: string) => void;
}

/** Runs the schedule of this seed until all is quiet or a promise is broken. */
export async function simulate(
  seed: number,
  { trace, ...onlookers }: SimulateOptions = {},
): Promise<Result> {
  const everything: Owner = { name: "world", isAlive: true, pausedUntil: 0 };
  const scheduler = new Scheduler(new Random(seed), startMs, everything);
  const sinceStart = () => scheduler.now - startMs;
  setActive(scheduler);
  try {
    const world = buildWorld(scheduler, everything, {
      ...onlookers,
      trace: (line) => trace?.(`${sinceStart().toFixed(1).padStart(9)} ${line()}`),
    });
    world.startAll();
    const visits = world.openShop();
    world.planFaults(turmoilMs * (2 / 3));
    await runToQuiet(scheduler, everything, world, visits);
    const { violation } = world.watch;
    return { seed, steps: scheduler.steps, lastedMs: sinceStart(), violation };
  } finally {
    setActive(undefined);
  }
}

/** Until all orders are at their end, which nothing that goes wrong for a while may keep them from. */
async function runToQuiet(
  scheduler: Scheduler,
  owner: Owner,
  { watch, facts, heal }: World,
  visits: Visits,
): Promise<void> {
  let isQuiet = false;
  const lateMs = scheduler.now + turmoilMs + quietWithinMs;
  const look = (): void => {
    const open = unrest(facts);
    isQuiet = open.length === 0 && visits.open === 0;
    if (isQuiet) watch.onQuiet();
    else if (scheduler.now <= lateMs) scheduler.enter(owner, lookMs, look);
    else watch.violate(`not quiet ${quietWithinMs / 1_000} s after healing: ${open.join("; ")}`);
  };
  scheduler.enter(owner, lookMs, look);
  scheduler.enter(owner, turmoilMs, heal);
  await scheduler.run(() => isQuiet || watch.violation !== undefined);
}
