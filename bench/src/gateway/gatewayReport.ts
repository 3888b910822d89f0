import { availableParallelism, cpus } from "node:os";
import type { Failures } from "../load/drive.ts";
import { figure, table } from "../report/table.ts";
import type { GatewayOptions } from "./gatewayOptions.ts";
import type { CpuSeconds, Measured } from "./measured.ts";
import type { Way } from "./ways.ts";

/** The figures of one way. Latencies are in ms, CPU in ms per request. */
export interface WayFigures {
  readonly name: string;
  readonly requests: number;
  /** The median of the rounds. */
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly cpuMs: CpuMs;
  /** To the first way; of requests/s the median of the rounds' own ratios. */
  readonly ratios: { perSecond: number; p50: number; p99: number; cpuMs: number };
  readonly failures: readonly Failures[];
  /** The requests/s of each round. */
  readonly rounds: readonly number[];
}

export interface CpuMs {
  readonly all: number;
  readonly client: number;
  readonly gateway: number;
  readonly behind: number;
}

/** What --json writes, with the doctor's verdict. */
export interface GatewayReport {
  readonly options: GatewayOptions;
  readonly comparisons: readonly {
    readonly what: string;
    readonly concurrency: number;
    readonly ways: readonly WayFigures[];
  }[];
  /** What makes the figures less than they seem. */
  readonly troubles: readonly string[];
}

interface Compared {
  readonly what: string;
  readonly concurrency: number;
  readonly measured: readonly { readonly way: Way; readonly measured: Measured }[];
}

/** Turns what was measured into figures per second and per request. */
export function gatewayReportOf(
  options: GatewayOptions,
  compared: readonly Compared[],
  incidents: readonly string[],
): GatewayReport {
  const comparisons = compared.map(({ what, concurrency, measured }) => {
    const [first] = measured;
    const ways = measured.map(({ way, measured: seen }) =>
      figuresOf(way.name, seen, first?.measured ?? seen),
    );
    return { what, concurrency, ways };
  });
  return { options, comparisons, troubles: [...troublesOf(options, compared), ...incidents] };
}

function figuresOf(name: string, seen: Measured, first: Measured): WayFigures {
  const own = figuresAlone(seen);
  const base = figuresAlone(first);
  return {
    name,
    ...own,
    ratios: {
      perSecond: median(own.rounds.map((rate, round) => ratio(rate, base.rounds[round] ?? 0))),
      p50: ratio(own.p50, base.p50),
      p99: ratio(own.p99, base.p99),
      cpuMs: ratio(own.cpuMs.all, base.cpuMs.all),
    },
    failures: [...seen.failures.values()],
  };
}

function figuresAlone({ latencies, rounds }: Measured) {
  const requests = sum(rounds.map((round) => round.requests));
  const rates = rounds.map((round) => ratio(round.requests, round.seconds));
  const ms = (part: keyof CpuSeconds) =>
    ratio(sum(rounds.map(({ cpu }) => cpu[part])) * 1_000, requests);
  const parts = { client: ms("client"), gateway: ms("gateway"), behind: ms("behind") };
  const { p50, p99 } = latencies.percentiles();
  const cpuMs: CpuMs = { all: parts.client + parts.gateway + parts.behind, ...parts };
  return { requests, perSecond: median(rates), p50, p99, cpuMs, rounds: rates };
}

function troublesOf(options: GatewayOptions, compared: readonly Compared[]): readonly string[] {
  return compared.flatMap(({ what, concurrency, measured }) =>
    measured.flatMap(({ way, measured: seen }) => {
      const where = `${what}, ${concurrency} at a time, ${way.name}`;
      const failures = [...seen.failures.values()].map(
        ({ code, count, example }) => `${where}: ${count} requests failed: ${code}, ${example}`,
      );
      const fastest = Math.max(...seen.rounds.map(({ requests, seconds }) => requests / seconds));
      const isPartlyCached = way.isUncached && fastest >= options.orders;
      const cached = `${where}: some came from the cache; more --orders are needed`;
      return isPartlyCached ? [...failures, cached] : failures;
    }),
  );
}

/** What is going to be measured. */
export const gatewayTitle = ({ rounds, seconds, concurrencies }: GatewayOptions): string =>
  [
    `The gateway beside gRPC: ${rounds} rounds of ${seconds} s each way in turn, ${concurrencies.join(" and ")} at a time (closed loop)`,
    `Node ${process.versions.node} on ${availableParallelism()} × ${cpus()[0]?.model ?? "unknown"}; load generator and stack share the machine`,
  ].join("\n");

/** The figures as tables. */
export function gatewayTables({ comparisons, troubles }: GatewayReport): string {
  const blocks = comparisons.map(({ what, concurrency, ways }) =>
    table(
      [
        `${what}, ${concurrency} at a time`.padEnd(30),
        ...["requests/s", "×", "p50 ms", "×", "p99 ms", "×"],
        ...["CPU ms/request", "×", "client", "gateway", "behind"],
      ],
      ways.map(rowOf),
    ),
  );
  const explained = [
    "×: to gRPC. CPU ms/request: in all, and of it by client, gateway, and what is behind (services, PostgreSQL, NATS; of placed orders until they have ended).",
  ];
  return [...blocks, explained, troubles].map((lines) => `\n${lines.join("\n")}`).join("\n");
}

function rowOf({ name, perSecond, p50, p99, cpuMs, ratios }: WayFigures): readonly string[] {
  return [
    name,
    ...[figure(perSecond), ratios.perSecond.toFixed(2)],
    ...[figure(p50), ratios.p50.toFixed(2), figure(p99), ratios.p99.toFixed(2)],
    ...[figure(cpuMs.all), ratios.cpuMs.toFixed(2)],
    ...[cpuMs.client, cpuMs.gateway, cpuMs.behind].map(figure),
  ];
}

const sum = (numbers: readonly number[]): number =>
  numbers.reduce((total, number) => total + number, 0);

/** 0 rather than infinite. */
const ratio = (amount: number, per: number): number => (per > 0 ? amount / per : 0);

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1] ?? 0;
  const high = sorted[Math.floor(middle)] ?? low;
  return (low + high) / 2;
}
