import { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { ErrorReason } from "@waybill/contracts/errors";
import { refuse } from "@waybill/rpc";
import type { FastifyReply, FastifyRequest } from "fastify";
import { judge } from "./errors.ts";
import { Problem } from "./problem.ts";
import type { StreamSlots } from "./streamSlots.ts";

/** One server-sent event. */
export interface ServerEvent {
  /** Where to resume after it: the client's next Last-Event-ID. */
  readonly id: string;
  /** Absent: only the position is told. */
  readonly data: unknown;
}

/** How long an error may take to be answered as one; later ones are told in the stream. Unit: ms. */
const errorsWithinMs = 500;

/** A comment this often keeps proxies from closing a silent stream. Unit: ms. */
const heartbeatMs = 15_000;

/** How long clients wait before they come again. Unit: ms. */
const retryMs = 1_000;

export interface EventStreamOptions {
  readonly slots: StreamSlots;
  /** Ends every stream: the process stops. */
  readonly ending: AbortSignal;
  readonly watch: (signal: AbortSignal) => AsyncIterable<ServerEvent>;
}

/**
 * Answers with server-sent events until the source ends, the client hangs up, its token expires, or
 * the process stops; the client resumes by Last-Event-ID. An early error is an ordinary answer, a
 * later one the event "error". 204 when there is nothing left to come, so that clients stop asking.
 */
export async function sendEvents(
  request: FastifyRequest,
  reply: FastifyReply,
  { slots, ending, watch }: EventStreamOptions,
): Promise<never> {
  const slot = slots.take(request.caller);
  const signal = AbortSignal.any([request.gone, ending, ...expiryOf(request.token)]);
  const source = watch(signal)[Symbol.asyncIterator]();
  // A client that hung up while its token was verified closes nothing any more.
  if (request.gone.aborted) slot[Symbol.dispose]();
  else reply.raw.once("close", () => slot[Symbol.dispose]());
  const first = source.next();
  first.catch(() => {}); // Whoever awaits it is told, if anybody does.
  const early = await Promise.race([
    first.catch((error: unknown) => {
      throw signal.aborted ? endOf(ending) : error;
    }),
    delay(errorsWithinMs, undefined, { ref: false }),
  ]);
  if (early?.done === true) return reply.code(204).send() as never;
  reply.type("text/event-stream; charset=utf-8").header("x-accel-buffering", "no");
  const lines = written(request, source, first, signal);
  return reply.send(Readable.from(lines, { objectMode: false })) as never; // A stream is of no schema.
}

/** Why a stream ended before it began, for a client that still listens. */
const endOf = (ending: AbortSignal): Error =>
  ending.aborted
    ? new Problem(503, "SHUTTING_DOWN", "The gateway is shutting down", 1)
    : refuse.unauthenticated(ErrorReason.TOKEN_EXPIRED, "The token has ended");

async function* written(
  request: FastifyRequest,
  source: AsyncIterator<ServerEvent>,
  first: Promise<IteratorResult<ServerEvent>>,
  signal: AbortSignal,
): AsyncGenerator<string> {
  yield `retry: ${retryMs}\n\n`;
  let next = first;
  try {
    while (true) {
      const step = await beforeHeartbeat(next);
      if (step === undefined) {
        yield ": still here\n\n";
        continue;
      }
      if (step.done === true) return;
      yield textOf(step.value);
      next = source.next();
    }
  } catch (error) {
    if (signal.aborted) return; // Nobody listens, or the client is to come again.
    const { body } = judge(error, request);
    yield `event: error\ndata: ${JSON.stringify({ ...body, traceId: request.traceId })}\n\n`;
  }
}

/** The step, or undefined when it takes longer than a heartbeat. */
async function beforeHeartbeat<T>(step: Promise<T>): Promise<T | undefined> {
  const stop = new AbortController();
  const heartbeat = delay(heartbeatMs, undefined, { ref: false, signal: stop.signal });
  try {
    return await Promise.race([step, heartbeat]);
  } finally {
    heartbeat.catch(() => {}); // It was stopped.
    stop.abort();
  }
}

const textOf = ({ id, data }: ServerEvent): string =>
  data === undefined ? `id: ${id}\n\n` : `id: ${id}\ndata: ${JSON.stringify(data)}\n\n`;

/** Longer than any token lives, and short enough for a timer. Unit: ms. */
const longestMs = 24 * 3_600_000;

/** A signal for the end of the token, whose `exp` was verified already; none when it has no end. */
function expiryOf(token: string | undefined): AbortSignal[] {
  try {
    const payload = Buffer.from(token?.split(".")[1] ?? "", "base64url").toString();
    const { exp } = JSON.parse(payload) as { exp?: unknown };
    if (typeof exp !== "number") return [];
    const leftMs = exp * 1_000 - Date.now();
    return [AbortSignal.timeout(Math.min(Math.max(0, leftMs), longestMs))];
  } catch {
    return []; // Not a JWT; whoever trusted it knows why.
  }
}
