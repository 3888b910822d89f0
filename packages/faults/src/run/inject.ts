import type { Arena } from "../arena.ts";
import { lasting } from "../patience.ts";
import type { Planned } from "./schedule.ts";

/** When a fault really was there, by performance.now(). */
export interface Injected {
  readonly planned: Planned;
  readonly beganAt: number;
  readonly healedAt: number;
}

/** Lets everything happen that is planned, each at its moment; resolves when all of it is over. Throws when a fault could not be injected. */
export function inject(
  arena: Arena,
  schedule: readonly Planned[],
  signal: AbortSignal,
): Promise<readonly Injected[]> {
  return Promise.all(
    schedule.map(async (planned) => {
      await lasting(planned.atMs, signal);
      const beganAt = performance.now();
      await planned.injection.run(arena, signal);
      return { planned, beganAt, healedAt: performance.now() };
    }),
  );
}
