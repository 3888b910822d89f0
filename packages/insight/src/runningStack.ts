import { resolve } from "node:path";
import { findStack, type StackRecord } from "@waybill/stack";
import { CannotShowError } from "./cannotShowError.ts";

/** The record of the stack that runs on this data folder. Throws CannotShowError when none does. */
export function runningStack(dataDir: string): StackRecord {
  const folder = resolve(dataDir);
  const record = findStack(folder);
  if (record !== undefined) return record;
  throw new CannotShowError(
    `No stack runs on ${folder}. Start one with npm start, or name the folder of one that runs with --data-dir.`,
  );
}
