import type { Database } from "@waybill/persistence";
import { listTransitions } from "../db/statusLists.ts";
import { isTerminal } from "../domain/lifecycle.ts";
import type { Transition } from "../domain/status.ts";
import type { Changes } from "./changes.ts";

/**
 * The transitions of one order after a version, as they happen, up to its end state. They come from the journal, so that there are no gaps
 * and no repeats, whichever replica moves the order.
 */
export const watchOrder = (db: Database, changes: Changes) =>
  async function* (
    orderId: string,
    afterVersion: number,
    signal: AbortSignal,
  ): AsyncGenerator<Transition> {
    for (let version = afterVersion; ; ) {
      const moved = changes.untilMoved(orderId, signal); // Before the look, so that no move is missed.
      moved.catch(() => undefined);
      for (const transition of await listTransitions(db, orderId, version)) {
        yield transition;
        if (isTerminal(transition.to)) return;
        version = transition.version;
      }
      await moved;
    }
  };
