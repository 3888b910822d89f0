import { findStack } from "@waybill/stack";
import { CannotShowError } from "../cannotShowError.ts";
import { readJournal, tracesIn } from "../trace/journal.ts";

/** The order's own traces, asked of the stack that runs on this folder. Where that cannot tell, it says so by `complain`, and answers none. */
export async function orderTraces(
  dataDir: string,
  orderId: string,
  complain: (text: string) => void,
): Promise<readonly string[]> {
  const record = findStack(dataDir);
  if (record === undefined) return [];
  try {
    const journal = await readJournal(record, orderId);
    return journal === undefined ? [] : tracesIn(journal);
  } catch (error) {
    if (!(error instanceof CannotShowError)) throw error;
    complain(`Only what names the order is shown. ${error.message}`);
    return [];
  }
}
