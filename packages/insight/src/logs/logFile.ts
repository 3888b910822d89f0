import type { FileHandle } from "node:fs/promises";
import { type Entry, readEntry } from "./entry.ts";

const chunkBytes = 64 * 1024;
/** What is longer is shown in pieces, so that a file without line ends is never held whole. */
const maxLineBytes = 1024 * 1024;
const lineEnd = 0x0a;

/** The log of a part that may still grow; each of its lines is read once. */
export class LogFile {
  readonly #part: string;
  readonly #handle: FileHandle;
  #position: number;
  /** Behind the last line end. */
  #rest: Buffer = Buffer.alloc(0);
  #lastAt = Number.NEGATIVE_INFINITY;

  private constructor(part: string, handle: FileHandle, position: number) {
    this.#part = part;
    this.#handle = handle;
    this.#position = position;
  }

  /** Begins shortly before the first entry since that time, in ms since 1970. */
  static async from(part: string, handle: FileHandle, since: number): Promise<LogFile> {
    return new LogFile(part, handle, await positionOf(handle, since));
  }

  /** What has come since it was read last, whole lines; when it grows no more, also the last one without its end. */
  async *entries(isOver: boolean): AsyncGenerator<Entry, void> {
    const { size } = await this.#handle.stat();
    if (size < this.#position) this.#restart();
    for (let chunk = await this.#read(); chunk.length > 0; chunk = await this.#read())
      yield* this.#linesOf(chunk);
    if (isOver && this.#rest.length > 0) yield this.#entry(this.#rest);
    if (isOver) this.#rest = Buffer.alloc(0);
  }

  /** It was removed: who writes, writes to another one. One that was renamed is not. */
  async isRemoved(): Promise<boolean> {
    return (await this.#handle.stat()).nlink === 0;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  /** Somebody has emptied it. */
  #restart(): void {
    this.#position = 0;
    this.#rest = Buffer.alloc(0);
  }

  async #read(): Promise<Buffer> {
    const chunk = await readAt(this.#handle, this.#position);
    this.#position += chunk.length;
    return chunk;
  }

  *#linesOf(chunk: Buffer): Generator<Entry, void> {
    const text = Buffer.concat([this.#rest, chunk]);
    let begin = 0;
    for (let end = text.indexOf(lineEnd); end !== -1; end = text.indexOf(lineEnd, begin)) {
      yield this.#entry(text.subarray(begin, end));
      begin = end + 1;
    }
    this.#rest = text.subarray(begin);
    if (this.#rest.length < maxLineBytes) return;
    yield this.#entry(this.#rest);
    this.#rest = Buffer.alloc(0);
  }

  #entry(line: Buffer): Entry {
    const entry = readEntry(this.#part, line.toString(), this.#lastAt);
    this.#lastAt = entry.at;
    return entry;
  }
}

/** Where to begin so that nothing since then is missed. A log is looked at from its end, since only that is wanted of a large one. */
async function positionOf(handle: FileHandle, since: number): Promise<number> {
  if (since === Number.NEGATIVE_INFINITY) return 0;
  let { size: position } = await handle.stat();
  while (position > 0) {
    position = Math.max(0, position - chunkBytes);
    const first = firstWithTime(await readAt(handle, position), position === 0);
    if (first !== undefined && first.at < since) return position + first.offset;
  }
  return 0;
}

/** The first whole line of a chunk that tells its time, and where it begins. */
function firstWithTime(chunk: Buffer, isAtStart: boolean) {
  let offset = isAtStart ? 0 : chunk.indexOf(lineEnd) + 1;
  for (let end = chunk.indexOf(lineEnd, offset); end !== -1; end = chunk.indexOf(lineEnd, offset)) {
    const { at, logged } = readEntry("", chunk.toString("utf8", offset, end), 0);
    if (logged !== undefined) return { at, offset };
    offset = end + 1;
  }
  return undefined;
}

async function readAt(handle: FileHandle, position: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(
    Buffer.alloc(chunkBytes),
    0,
    chunkBytes,
    position,
  );
  return buffer.subarray(0, bytesRead);
}
