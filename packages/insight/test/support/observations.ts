import type { ConsumerFacts, Observation, PartFacts } from "../../src/top/observation.ts";
import { parseScrape } from "../../src/top/scrape.ts";

/** A process that serves and tells these metrics. */
export const part = (name: string, metrics: string, given: Partial<PartFacts> = {}): PartFacts => ({
  part: name,
  service: name.split(".")[0] ?? "",
  health: "serving",
  scrape: parseScrape(metrics),
  ...given,
});

/** A consumer with nothing to do. */
export const consumer = (durable: string, given: Partial<ConsumerFacts> = {}): ConsumerFacts => ({
  stream: "ORDERS",
  durable,
  pending: 0,
  unsettled: 0,
  redelivered: 0,
  readers: 1,
  isPaused: false,
  oldestAt: undefined,
  ...given,
});

/** A stack of these processes, so many seconds after the start. */
export const observation = (
  seconds: number,
  parts: readonly PartFacts[],
  given: Partial<Observation> = {},
): Observation => ({
  at: seconds * 1_000,
  parts,
  messaging: { consumers: [], deadLetters: 0 },
  isPostgresUp: true,
  ...given,
});
