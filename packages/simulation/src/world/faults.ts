import type { Random } from "../engine/random.ts";
import type { Owner, Scheduler } from "../engine/scheduler.ts";
import type { Nats } from "../network/messaging.ts";
import type { Process } from "./process.ts";

export interface FaultParts {
  readonly random: Random;
  readonly scheduler: Scheduler;
  readonly world: Owner;
  readonly processes: readonly Process[];
  readonly nats: Nats;
  readonly trace: (line: () => string) => void;
}

type Fault = (parts: FaultParts) => string;

const crash: Fault = ({ random, scheduler, world, processes }) => {
  const process = random.pick(processes);
  process.crash();
  const downMs = random.between(50, 3_000);
  scheduler.enter(world, downMs, () => process.start());
  return `${process.name} crashes, for ${Math.round(downMs)} ms`;
};

const pause: Fault = ({ random, scheduler, processes }) => {
  const process = random.pick(processes);
  const forMs = random.between(300, 6_000);
  process.pause(scheduler.now + forMs);
  return `${process.name} is stopped for ${Math.round(forMs)} ms`;
};

/** NATS restarts, after `loses` has done something to its streams. */
const restartNats =
  (what: string, loses: (parts: FaultParts) => void): Fault =>
  (parts) => {
    const { nats, random, scheduler, world } = parts;
    nats.become(false);
    scheduler.enter(world, random.between(100, 3_000), () => {
      loses(parts);
      nats.become(true);
    });
    return `NATS is down${what}`;
  };

const anyStream = ({ nats, random }: FaultParts) => random.pick([...nats.streams.values()]);

const cutTail = restartNats(", and loses the tail of a stream", (parts) =>
  anyStream(parts).cutTail(parts.random.whole(1, 4)),
);
const recreate = restartNats(", and loses a stream", (parts) =>
  anyStream(parts).recreate(new Date()),
);

const deleteMessage: Fault = (parts) => {
  const stream = anyStream(parts);
  const sequences = [...stream.messages.keys()];
  if (sequences.length === 0) return "no message to delete";
  const sequence = parts.random.pick(sequences.slice(-4));
  stream.deleteMessage(sequence);
  return `message ${sequence} of ${stream.spec.name} is deleted`;
};

const forget: Fault = (parts) => {
  const stream = anyStream(parts);
  stream.forgetDeliveries();
  return `all of ${stream.spec.name} is delivered again`;
};

const faults: readonly Fault[] = [
  ...[crash, crash, crash, pause, pause],
  ...[restartNats("", () => {}), cutTail, recreate, deleteMessage, forget],
];

/** Strikes right after a commit, when most is at stake: somebody crashes or is stopped. */
export function strike(parts: FaultParts): void {
  const what = parts.random.pick([crash, pause, pause])(parts);
  parts.trace(() => `STRIKE ${what}`);
}

/** At most so many in one schedule. */
const maxFaults = 6;

/** Lets faults happen at random moments before `untilMs`. */
export function plan(parts: FaultParts, untilMs: number): void {
  const { random, scheduler, world, trace } = parts;
  for (let left = random.whole(0, maxFaults); left > 0; left -= 1) {
    const fault = random.pick(faults);
    scheduler.enter(world, random.between(0, untilMs), () => {
      const what = fault(parts);
      trace(() => `FAULT ${what}`);
    });
  }
}
