import type { Arena } from "../arena.ts";
import { lasting } from "../patience.ts";
import type { Planned } from "./schedule.ts";

/** When a fault really was there, by performance.now(). */
export interface Injected {
  readonly planned: Planned;
  readonly beganAt: number;
  readonly healedAt: number;
}

export interface InjectSignals {
  /** What lasts is over: the round's time is. */
  readonly ending: AbortSignal;
  /** Nothing more begins: somebody has broken it off. */
  readonly stopping: AbortSignal;
}

/** Lets everything happen that is planned, each at its moment; resolves when all of it is over. Throws when a fault could not be injected. */
export async function inject(
  arena: Arena,
  schedule: readonly Planned[],
  { ending, stopping }: InjectSignals,
): Promise<readonly Injected[]> {
  const injected = await Promise.all(
    schedule.map(async (planned): Promise<readonly Injected[]> => {
      await lasting(planned.atMs, ending);
      if (stopping.aborted) return [];
      const beganAt = performance.now();
      await planned.injection.run(arena, ending);
      return [{ planned, beganAt, healedAt: performance.now() }];
    }),
  );
  return injected.flat();
}
