import { fair, type Network, type PartName, type Stack, type Way } from "@waybill/stack";
import type { Clocks } from "./clocks.ts";
import type { Disk } from "./disk.ts";
import type { Load } from "./load/load.ts";

/** A process of the stack. */
export interface Process {
  readonly part: PartName;
  readonly replica: number;
}

/** "order", the second replica "order.2". */
export const processName = ({ part, replica }: Process): string =>
  replica === 0 ? part : `${part}.${replica + 1}`;

/** What faults act on. */
export class Arena {
  readonly stack: Stack;
  readonly network: Network;
  readonly load: Load;
  readonly clocks: Clocks;
  readonly disk: Disk;
  readonly #running = new Map<string, Promise<void>>();
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(parts: Pick<Arena, "stack" | "network" | "load" | "clocks" | "disk">) {
    this.stack = parts.stack;
    this.network = parts.network;
    this.load = parts.load;
    this.clocks = parts.clocks;
    this.disk = parts.disk;
  }

  /** Does something to a process while no other fault does: two faults at a time may have chosen the same one. */
  async alone<T>(process: Process, act: () => Promise<T>): Promise<T> {
    const name = processName(process);
    const turn = (this.#turns.get(name) ?? Promise.resolve()).then(act);
    this.#turns.set(
      name,
      turn.catch(() => {}),
    );
    return turn;
  }

  /** Does something that makes no sense twice at the same time; whoever asks for it meanwhile waits for its end. */
  async once(name: string, act: () => Promise<void>): Promise<void> {
    const running = this.#running.get(name) ?? act();
    this.#running.set(name, running);
    await running.finally(() => this.#running.delete(name));
  }

  /** Ends a process at once, and lets it be started again; resolves when it serves. */
  async kill(target: Process): Promise<void> {
    const { part, replica } = target;
    await this.alone(target, async () => {
      await this.stack.kill(part, "SIGKILL", replica);
      await this.stack.untilReady(part, replica);
    });
  }

  /** Ends a process at once, keeps it down while `meanwhile` takes, and starts it again; resolves when it serves. */
  async outage(target: Process, meanwhile: () => Promise<void>): Promise<void> {
    const { part, replica } = target;
    await this.alone(target, async () => {
      await this.stack.crash(part, replica);
      try {
        await meanwhile();
      } finally {
        await this.stack.resume(part, replica);
      }
    });
  }

  /** The ways between two parts, of all their processes. */
  ways(from: PartName, to: PartName): readonly Way[] {
    return this.network.ways.filter((way) => partOf(way.from) === from && way.to === to);
  }

  /** Whatever faults have left behind is over. */
  async heal(): Promise<void> {
    for (const { link } of this.network.ways) link.weather = fair;
    await this.clocks.reset();
    this.disk.free();
    await this.stack.untilReady();
  }
}

const partOf = (process: string): string => process.split(".")[0] ?? process;
