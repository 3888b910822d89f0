import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Entry } from "./entry.ts";
import { LogFile } from "./logFile.ts";
import { mergeByTime } from "./mergeByTime.ts";

/** Which logs are wanted. */
export interface Wanted {
  /** Services, or replicas of theirs; empty: all. */
  readonly services: readonly string[];
  /** In ms since 1970; what is older may be left out. */
  readonly since: number;
}

/** The logs of a stack. They are known by their inodes: one that is set aside, renamed, is read to its end all the same. */
export class LogFolder implements AsyncDisposable {
  readonly #folder: string;
  readonly #wanted: Wanted;
  readonly #files = new Map<number, LogFile>();

  constructor(folder: string, wanted: Wanted) {
    this.#folder = folder;
    this.#wanted = wanted;
  }

  /** How many logs were there when it was read last. */
  get size(): number {
    return this.#files.size;
  }

  /** What has come since it was read last, by time. `isOver`: nothing more is waited for. */
  async *entries(isOver: boolean): AsyncGenerator<Entry, void> {
    await this.#openNew();
    const removed = await this.#removed();
    const logs = [...this.#files].map(([ino, file]) => file.entries(isOver || removed.has(ino)));
    yield* mergeByTime(logs);
    for (const ino of removed) await this.#close(ino);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const inode of [...this.#files.keys()]) await this.#close(inode);
  }

  async #close(ino: number): Promise<void> {
    await this.#files.get(ino)?.close();
    this.#files.delete(ino);
  }

  async #removed(): Promise<ReadonlySet<number>> {
    const removed = new Set<number>();
    for (const [ino, file] of this.#files) if (await file.isRemoved()) removed.add(ino);
    return removed;
  }

  async #openNew(): Promise<void> {
    const names = await unlessAbsent(readdir(this.#folder), []);
    for (const name of names) if (isWanted(name, this.#wanted.services)) await this.#open(name);
  }

  async #open(name: string): Promise<void> {
    const handle = await unlessAbsent(open(join(this.#folder, name)), undefined);
    if (handle === undefined) return;
    const { ino } = await handle.stat();
    if (this.#files.has(ino)) await handle.close();
    else this.#files.set(ino, await LogFile.from(partOf(name), handle, this.#wanted.since));
  }
}

/** An older log is set aside as "order.log.old". */
const logNames = /^(.+)\.log(\.old)?$/;

const partOf = (name: string): string => logNames.exec(name)?.[1] ?? name;

const isWanted = (name: string, services: readonly string[]): boolean =>
  logNames.test(name) &&
  (services.length === 0 || services.some((wanted) => `${partOf(name)}.`.startsWith(`${wanted}.`)));

/** Files come and go while they are looked at. */
async function unlessAbsent<T, Otherwise>(
  asked: Promise<T>,
  otherwise: Otherwise,
): Promise<T | Otherwise> {
  try {
    return await asked;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return otherwise;
    throw error;
  }
}
