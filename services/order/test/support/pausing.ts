import type { ItemPort, StatusPort } from "../../src/app/ports.ts";
import type { Ports } from "./shop.ts";

/** Where a process stands still, until it is let go. */
export interface Pause {
  /** Resolves when something has come to it. */
  readonly reached: Promise<void>;
  readonly between: (real: Ports) => Partial<Ports>;
  letGo(): void;
}

function gate() {
  const reached = Promise.withResolvers<void>();
  const open = Promise.withResolvers<void>();
  const pass = () => {
    reached.resolve();
    return open.promise;
  };
  return { reached: reached.promise, letGo: () => open.resolve(), pass };
}

/** The process is paused when the stock is held, and the order not stored. */
export function pauseBetweenHoldAndStore(): Pause {
  const { pass, ...pause } = gate();
  const between = ({ items }: Ports): Partial<Ports> => ({
    items: {
      ...items,
      batchTryReservations: async (...call: Parameters<ItemPort["batchTryReservations"]>) => {
        const answer = await items.batchTryReservations(...call);
        await pass();
        return answer;
      },
    },
  });
  return { ...pause, between };
}

/** The process is paused when the order is stored, and status not told of it. */
export function pauseBetweenStoreAndAnnouncement(): Pause {
  const { pass, ...pause } = gate();
  const between = ({ statuses }: Ports): Partial<Ports> => ({
    statuses: {
      ...statuses,
      batchCreateStatuses: async (...call: Parameters<StatusPort["batchCreateStatuses"]>) => {
        await pass();
        return statuses.batchCreateStatuses(...call);
      },
    },
  });
  return { ...pause, between };
}
