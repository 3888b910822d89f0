import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isRunning, type ProcessIdentity } from "../process/identity.ts";
import type { DatabaseName, ServiceName } from "./catalogue.ts";
import { DataFolderError } from "./stackLock.ts";

/** A process of the stack. */
export interface StackProcess extends ProcessIdentity {
  /** "postgres", "nats", "order", "order.2". */
  part: string;
}

/** What a running stack writes down, in stack.json of its data folder, for those that want to find it. */
export interface StackRecord {
  /** The process that runs the stack. */
  supervisor: ProcessIdentity;
  natsUrl: string;
  /** The connection URL of each database. */
  databases: Record<DatabaseName, string>;
  /** The addresses of each service, host:port. */
  addresses: Record<ServiceName, readonly string[]>;
  /** Where the metrics of each process are scraped, host:port, by part: "order", "order.2". Over HTTP, at /metrics. */
  metricsAddresses: Record<string, string>;
  processes: readonly StackProcess[];
  traces: TracesRecord;
}

/** Where the stack's spans are; neither: nowhere. */
export interface TracesRecord {
  /** host:port of who keeps the latest; @waybill/otlp's findSpans asks it. */
  readonly kept?: string;
  /** For people: where the environment sends them instead. */
  readonly elsewhere?: string;
}

const fileOf = (dataDir: string) => join(dataDir, "stack.json");

/** Replaces the record; a reader sees the old or the new one, never half of one. */
function writeStackRecord(dataDir: string, record: StackRecord): void {
  const partial = `${fileOf(dataDir)}.partial`;
  writeFileSync(partial, JSON.stringify(record, null, 2), { mode: 0o600 }); // URLs may hold passwords.
  renameSync(partial, fileOf(dataDir));
}

/** How soon a record is written again that could not be, since the disk is full, say. Unit: ms. */
const retryMs = 1_000;

/** The record of a running stack. Its disposal removes it. */
export interface KeptRecord extends Disposable {
  /** Writes what holds now, sooner or later: a stack goes on when its disk is full. */
  write(): void;
}

/** Told is each failure; `current` yields undefined when there is nothing to be written. */
export function keepStackRecord(
  dataDir: string,
  current: () => StackRecord | undefined,
  complain: (error: Error) => void,
): KeptRecord {
  let retry: NodeJS.Timeout | undefined;
  const write = () => {
    clearTimeout(retry);
    const record = current();
    if (record === undefined) return;
    try {
      writeStackRecord(dataDir, record);
    } catch (error) {
      complain(error as Error);
      retry = setTimeout(write, retryMs).unref();
    }
  };
  return {
    write,
    [Symbol.dispose]: () => {
      clearTimeout(retry);
      removeStackRecord(dataDir);
    },
  };
}

/** The last record, also of a stack that died; undefined when there is none. Throws DataFolderError when there is one that may not be read. */
export function readStackRecord(dataDir: string): StackRecord | undefined {
  try {
    return JSON.parse(readFileSync(fileOf(dataDir), "utf8"));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined || code === "ENOENT" || code === "ENOTDIR") return undefined; // Without code: it is no JSON.
    throw new DataFolderError(
      `Which stack runs on ${dataDir} cannot be read (${message}). Run this as the user who started it.`,
      { cause: error },
    );
  }
}

function removeStackRecord(dataDir: string): void {
  rmSync(fileOf(dataDir), { force: true });
}

/** The stack that runs on this data folder; undefined when none does. Throws DataFolderError when that cannot be read. */
export function findStack(dataDir: string): StackRecord | undefined {
  const record = readStackRecord(dataDir);
  return record !== undefined && isRunning(record.supervisor) ? record : undefined;
}
