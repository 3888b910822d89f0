import {
  type Context,
  type Link,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  type SpanOptions,
  TraceFlags,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import type { StreamSpec } from "@waybill/contracts/events";
import { testServers } from "@waybill/stack";
import { expect } from "chai";
import { done, type Messaging, type Received } from "../src/index.ts";
import { connectTo, eventOf, freshStream, testerOf, until } from "./support.ts";

interface Recorded {
  readonly name: string;
  readonly own: SpanContext;
  readonly parent: string | undefined;
  readonly links: readonly Link[];
  ended: boolean;
}

/** Stands in for the SDK, which this package does not depend on. */
function recordSpans(): Recorded[] {
  const recorded: Recorded[] = [];
  const startSpan = (name: string, options: SpanOptions, of: Context): Span => {
    const cause = trace.getSpanContext(of);
    const id = String(recorded.length + 1);
    const own: SpanContext = {
      traceId: cause?.traceId ?? id.padStart(32, "f"),
      spanId: id.padStart(16, "0"),
      traceFlags: TraceFlags.SAMPLED,
    };
    const span = { name, own, parent: cause?.spanId, links: options.links ?? [], ended: false };
    recorded.push(span);
    const handle: unknown = {
      spanContext: () => own,
      setAttribute: () => handle,
      setStatus: () => handle,
      end: () => {
        span.ended = true;
      },
    };
    return handle as Span;
  };
  trace.disable();
  trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan }) as unknown as Tracer });
  return recorded;
}

const traceId = "1".repeat(32);
const spanId = "2".repeat(16);

describe("the trace of a consumed event", () => {
  let messaging: Messaging;
  let stream: StreamSpec;
  let recorded: Recorded[];

  beforeEach(async () => {
    messaging = await connectTo((await testServers()).natsUrl);
    stream = freshStream();
    await messaging.ensureStream(stream);
    recorded = recordSpans();
  });

  afterEach(async () => {
    await messaging[Symbol.asyncDispose]();
    trace.disable();
  });

  const consumed = async (traceparents: readonly string[]): Promise<Received<string>[]> => {
    for (const [index, traceparent] of traceparents.entries()) {
      await messaging.publish({ ...eventOf(stream, `event ${index}`), traceparent });
    }
    const seen: Received<string>[] = [];
    await using consumption = messaging.consume<string>({
      ...testerOf(stream),
      handle: async (events) => {
        seen.push(...events);
        return events.map(() => done);
      },
    });
    await until(
      "all are settled",
      () => (seen.length === traceparents.length ? consumption.held : -1),
      (held) => held === 0,
    );
    return seen;
  };

  it("goes on from the event's context, linked to the batch's span", async () => {
    const [event] = await consumed([`00-${traceId}-${spanId}-01`]);
    const [batch, message] = recorded;
    expect(batch).to.deep.include({ name: "batch tester", parent: undefined, ended: true });
    expect(batch?.links.map(({ context }) => context.spanId)).to.deep.equal([spanId]);
    expect(message).to.deep.include({ name: "process tester", parent: spanId, ended: true });
    expect(message?.own.traceId).to.equal(traceId);
    expect(message?.links.map(({ context }) => context)).to.deep.equal([batch?.own]);
    expect(event?.traceparent).to.equal(`00-${traceId}-${message?.own.spanId}-01`);
    expect(trace.getSpanContext(event?.context ?? ROOT_CONTEXT)).to.equal(message?.own);
  });

  it("is passed on without spans when the event is not sampled, and is none without a context", async () => {
    const [unsampled, none, garbage] = await consumed([
      `00-${traceId}-${spanId}-00`,
      "",
      "garbage",
    ]);
    expect(recorded).to.be.empty;
    expect(unsampled?.traceparent).to.equal(`00-${traceId}-${spanId}-00`);
    expect(trace.getSpanContext(unsampled?.context ?? ROOT_CONTEXT)?.traceId).to.equal(traceId);
    for (const event of [none, garbage]) {
      expect(event?.traceparent).to.equal("");
      expect(event?.context).to.equal(ROOT_CONTEXT);
    }
  });
});
