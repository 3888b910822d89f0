import type { Fault } from "./fault.ts";
import { directions, linksOf } from "./ways.ts";

export const halfOpen: Fault = {
  name: "half-open",
  description: "one end of all connections between two parts is gone, and the other is not told",
  plan: (chance) => {
    const direction = chance.pick(directions);
    return {
      what: `connections from ${direction.from} to ${direction.to} half open`,
      run: async (arena) => {
        for (const link of linksOf(arena, direction)) link.halfOpen();
      },
    };
  },
};
