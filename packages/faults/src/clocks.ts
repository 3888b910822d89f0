import { existsSync, globSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Where Debian and its kin put libfaketime. */
const places = [
  "/usr/lib/*/faketime/libfaketimeMT.so.1",
  "/usr/local/lib/faketime/libfaketimeMT.so.1",
];
/** A process asks for its clock's deviation so often. Unit: s. */
const CACHE_S = 1;

/** The clocks of the stack's processes, each of which can be set wrong while its process runs. */
export class Clocks {
  readonly #folder: string;
  readonly #library: string | undefined;
  readonly #wrong = new Set<string>();

  /** `folder` is for the files by which the processes are told; `FAKETIME_LIBRARY` names the library where it is not found. */
  constructor(folder: string) {
    this.#folder = folder;
    const named = process.env.FAKETIME_LIBRARY;
    const found = named === undefined ? globSync(places) : [named];
    this.#library = found.find(existsSync);
    mkdirSync(folder, { recursive: true });
  }

  get unavailable(): string | undefined {
    if (this.#library !== undefined) return undefined;
    return "libfaketime is not installed (Debian: apt-get install libfaketime)";
  }

  /** What a process needs in its environment so that its clock can be set. */
  environmentOf(process: string): Readonly<Record<string, string>> {
    if (this.#library === undefined) return {};
    this.#write(process, 0);
    return {
      LD_PRELOAD: this.#library,
      FAKETIME_TIMESTAMP_FILE: this.#fileOf(process),
      FAKETIME_CACHE_DURATION: String(CACHE_S),
      FAKETIME_DONT_RESET: "1", // Otherwise a process that is started anew would begin at the time of its first start.
      DONT_FAKE_MONOTONIC: "1",
    };
  }

  /** Sets a process's clock fast (positive) or slow; it notices within a second. Unit: s. */
  set(process: string, deviationS: number): void {
    this.#wrong.add(process);
    this.#write(process, deviationS);
  }

  /** All clocks are right again, and all processes have noticed. */
  async reset(): Promise<void> {
    if (this.#wrong.size === 0) return;
    for (const process of this.#wrong) this.#write(process, 0);
    this.#wrong.clear();
    await new Promise((resolve) => setTimeout(resolve, CACHE_S * 1_000));
  }

  #fileOf(process: string): string {
    return join(this.#folder, process);
  }

  #write(process: string, deviationS: number): void {
    writeFileSync(this.#fileOf(process), `${deviationS < 0 ? "" : "+"}${deviationS}s\n`);
  }
}
