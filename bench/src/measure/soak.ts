import { createLatencies } from "./latencies.ts";
import { type Measured, readUsage, residentBytesOf } from "./usage.ts";

/** Seldom enough to cost nothing, often enough to show growth. */
const intervalMs = 10_000;
const bytesPerMegabyte = 1_048_576;

/** How it went in one interval of a long run. */
export interface SoakPoint {
  /** Since the first request. */
  readonly seconds: number;
  readonly acceptedPerSecond: number;
  /** Of acceptance. Unit: ms. */
  readonly p50: number;
  readonly p99: number;
  /** What each part has in memory now. */
  readonly megabytes: Readonly<Record<string, number>>;
}

/** Watches a long run. */
export interface Soak extends Disposable {
  readonly points: readonly SoakPoint[];
  accepted(ms: number): void;
}

/** Tells every 10 s how it goes, until it is disposed of. */
export function watchSoak(
  measured: () => readonly Measured[],
  say: (point: SoakPoint) => void,
): Soak {
  const points: SoakPoint[] = [];
  const start = performance.now();
  let accepted = 0;
  let latencies = createLatencies();
  const tell = () => {
    const { p50, p99 } = latencies.percentiles();
    const seconds = Math.round((performance.now() - start) / 1_000);
    const acceptedPerSecond = (accepted * 1_000) / intervalMs;
    const megabytes = megabytesOf(measured());
    const point = { seconds, acceptedPerSecond, p50, p99, megabytes };
    points.push(point);
    accepted = 0;
    latencies = createLatencies();
    say(point);
  };
  const timer = setInterval(tell, intervalMs);
  return {
    points,
    accepted: (ms) => {
      accepted += 1;
      latencies.record(ms);
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

function megabytesOf(measured: readonly Measured[]): Record<string, number> {
  const parts = readUsage(measured).map(({ part, memories }) => {
    return [part, Math.round(residentBytesOf(memories) / bytesPerMegabyte)];
  });
  return Object.fromEntries(parts);
}
