import { subscribe } from "node:diagnostics_channel";
import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { type Context, context, createContextKey } from "@opentelemetry/api";
import type { Metadata } from "nice-grpc-common";

/** How a server treats the deadlines of its callers. */
export interface DeadlineLimits {
  /** Replaces a deadline that is missing, malformed, negative or later. Unit: ms. */
  readonly maxDeadlineMs: number;
  /** Paths that stream: without a deadline of the caller they may go on for ever. */
  readonly streamingPaths: ReadonlySet<string>;
}

const timeoutHeader = "grpc-timeout";

/** Tells the middleware the deadline in force; grpc-js keeps grpc-timeout to itself. */
const effectiveTimeoutHeader = "waybill-timeout-ms";

/** What a timer of Node can hold; a stream's longer deadline counts as none. Unit: ms. */
const maxTimerMs = 2 ** 31 - 1;

const unitsMs: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1_000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
};

/** The limits of the servers of this process, by port. */
const limitsByPort = new Map<number, DeadlineLimits>();
let watching = false;

/**
 * Applies the limits to all calls that arrive at this port, until disposed. grpc-js reads the
 * deadline from the headers before any interceptor runs, serves "-1S" as one second and lets
 * 99999999H overflow; so the headers are put right as soon as Node announces the stream.
 */
export function limitDeadlines(port: number, limits: DeadlineLimits): Disposable {
  if (!watching) subscribe("http2.server.stream.created", putRight);
  watching = true;
  limitsByPort.set(port, limits);
  return { [Symbol.dispose]: () => void limitsByPort.delete(port) };
}

function putRight(message: unknown): void {
  const { stream, headers } = message as {
    stream: ServerHttp2Stream;
    headers: IncomingHttpHeaders;
  };
  const limits = limitsByPort.get(stream.session?.socket.localPort ?? -1);
  if (limits === undefined) return;
  const given = timeoutMs(headers[timeoutHeader]);
  const streaming = limits.streamingPaths.has(headers[":path"] ?? "");
  const longest = streaming ? maxTimerMs : limits.maxDeadlineMs;
  const effective = given !== undefined && given <= longest ? given : undefined;
  if (effective === undefined && streaming) {
    delete headers[timeoutHeader];
    delete headers[effectiveTimeoutHeader];
  } else {
    const ms = String(Math.ceil(effective ?? longest));
    headers[timeoutHeader] = ms.length <= 8 ? `${ms}m` : `${ms.slice(0, -3)}S`;
    headers[effectiveTimeoutHeader] = ms;
  }
}

/** The value of a grpc-timeout header in ms; undefined when it is missing or malformed. */
export function timeoutMs(header: string | string[] | undefined): number | undefined {
  if (typeof header !== "string") return undefined;
  const [, digits, unit = ""] = /^(\d{1,8})([HMSmun])$/.exec(header) ?? [];
  return digits === undefined ? undefined : Number(digits) * (unitsMs[unit] ?? Number.NaN);
}

const deadlineKey = createContextKey("waybill.deadline");

/** The context with the deadline of the call whose metadata is given; as it was without one. */
export function withDeadline(of: Context, metadata: Metadata): Context {
  const timeout = metadata.get(effectiveTimeoutHeader);
  if (timeout === undefined) return of;
  return of.setValue(deadlineKey, performance.now() + Number(timeout));
}

/**
 * How long the caller of the call being handled still waits, in ms, 0 when it is over; undefined
 * outside a call and where no telemetry is set up to carry the context.
 */
export function remainingMs(of: Context = context.active()): number | undefined {
  const deadline = of.getValue(deadlineKey);
  return typeof deadline === "number" ? Math.max(0, deadline - performance.now()) : undefined;
}

/** Tells whether the caller of the call being handled still waits for the answer: it has not hung up, and its deadline has not passed. */
export function awaiting({ signal }: { readonly signal: AbortSignal }): () => boolean {
  const until = performance.now() + (remainingMs() ?? Number.POSITIVE_INFINITY);
  return () => !signal.aborted && performance.now() < until;
}

/** Tells the callee how long its answer is waited for. */
export function announceTimeout(metadata: Metadata, ms: number): void {
  metadata.set(timeoutHeader, `${Math.max(1, Math.ceil(ms))}m`);
}
