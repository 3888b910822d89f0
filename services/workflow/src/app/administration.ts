import {
  type ProcessFilter,
  type ProcessPosition,
  readProcesses,
  takeUpNow,
} from "../db/readProcesses.ts";
import type { Process } from "../domain/process.ts";
import type { Workflow } from "./ports.ts";

/** At most `limit` processes after a place in the list, the longest waiting first. */
export const listProcesses = (
  { db }: Workflow,
  filter: ProcessFilter,
  after: ProcessPosition | undefined,
  limit: number,
): Promise<readonly Process[]> => readProcesses(db, filter, after, limit);

/** Takes a process up at once, whatever its state; undefined when the order waits for nothing. */
export async function retryProcess(
  { db, clock, alarm }: Workflow,
  orderId: string,
): Promise<Process | undefined> {
  const now = clock();
  const process = await takeUpNow(db, orderId, now);
  if (process !== undefined) alarm(process.step, now);
  return process;
}
