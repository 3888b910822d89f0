import type { Arrivals } from "../load/arrivals.ts";
import { countFailure, type Failures } from "../load/drive.ts";
import { createLatencies, type Latencies } from "../measure/latencies.ts";
import type { UsedBetween } from "../measure/usage.ts";

/** CPU time of some requests, by where it was spent. Unit: seconds. */
export interface CpuSeconds {
  readonly client: number;
  readonly gateway: number;
  /** The services, PostgreSQL and NATS. */
  readonly behind: number;
}

/** What was seen of one way, in all of its rounds. */
export interface Measured {
  readonly latencies: Latencies;
  readonly failures: Map<string, Failures>;
  readonly rounds: Round[];
}

export interface Round {
  readonly requests: number;
  readonly seconds: number;
  readonly cpu: CpuSeconds;
}

export const nothingMeasured = (): Measured => ({
  latencies: createLatencies(),
  failures: new Map(),
  rounds: [],
});

/** Sends requests as they arrive; answers how many were answered, and how long that took. */
export async function sendAll(
  send: (index: number) => Promise<void>,
  arrivals: Arrivals,
  { latencies, failures }: Measured,
  signal: AbortSignal,
): Promise<Omit<Round, "cpu">> {
  let requests = 0;
  const start = performance.now();
  await arrivals(async (index, intendedAt) => {
    try {
      await send(index);
      latencies.record(performance.now() - intendedAt);
      requests += 1;
    } catch (error) {
      countFailure(failures, error);
    }
  }, signal);
  return { requests, seconds: (performance.now() - start) / 1_000 };
}

/**
 * Client and gateway by what they used until the last answer, so that waiting for the orders costs them nothing; what is behind them by
 * what it used until all was done.
 */
export function cpuOf(
  untilAnswered: readonly UsedBetween[],
  untilDone: readonly UsedBetween[],
): CpuSeconds {
  const of = (used: readonly UsedBetween[], isMeant: (part: string) => boolean) =>
    used.filter(({ part }) => isMeant(part)).reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
  const isClient = (part: string) => part === "load generator";
  const isGateway = (part: string) => part === "gateway";
  return {
    client: of(untilAnswered, isClient),
    gateway: of(untilAnswered, isGateway),
    behind: of(untilDone, (part) => !isClient(part) && !isGateway(part)),
  };
}
