import { AsyncLocalStorage } from "node:async_hooks";
import {
  type Context,
  context,
  type Link,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  type SpanOptions,
  TraceFlags,
  trace,
} from "@opentelemetry/api";
import { expect } from "chai";
import { createBatchingPoint } from "../src/index.ts";

interface RecordedSpan {
  readonly name: string;
  readonly parent: SpanContext | undefined;
  readonly own: SpanContext;
  readonly attributes: Record<string, unknown>;
  readonly links: Link[];
  error?: string | undefined;
  ended: boolean;
}

const hex = (number: number, length: number) => number.toString(16).padStart(length, "0");

/** Stands in for the SDK, which this package does not depend on. */
function recordSpans(): RecordedSpan[] {
  const spans: RecordedSpan[] = [];
  const storage = new AsyncLocalStorage<Context>();
  context.disable();
  context.setGlobalContextManager({
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (of, work, thisArg, ...args) =>
      storage.run(of, () => work.apply(thisArg as ThisParameterType<typeof work>, args)),
    bind: (_, target) => target,
    enable() {
      return this;
    },
    disable() {
      return this;
    },
  });
  trace.disable();
  trace.setGlobalTracerProvider({
    getTracer: () => ({
      startSpan: (name: string, options: SpanOptions = {}, parent: Context = context.active()) => {
        const parentSpan = options.root ? undefined : trace.getSpanContext(parent);
        const number = spans.length + 1;
        const recorded: RecordedSpan = {
          name,
          parent: parentSpan,
          own: {
            traceId: parentSpan?.traceId ?? hex(1000 + number, 32),
            spanId: hex(number, 16),
            traceFlags: TraceFlags.SAMPLED,
          },
          attributes: { ...options.attributes },
          links: [...(options.links ?? [])],
          ended: false,
        };
        spans.push(recorded);
        return spanOf(recorded);
      },
      startActiveSpan: () => {
        throw new Error("not used");
      },
    }),
  });
  return spans;
}

function spanOf(recorded: RecordedSpan): Span {
  const span = {
    spanContext: () => recorded.own,
    setAttribute: (key: string, value: unknown) => {
      recorded.attributes[key] = value;
      return span;
    },
    addLink: (link: Link) => {
      recorded.links.push(link);
      return span;
    },
    setStatus: ({ message }: { message?: string }) => {
      recorded.error = message;
      return span;
    },
    end: () => {
      recorded.ended = true;
    },
  };
  return span as unknown as Span;
}

const remote = (number: number, traceFlags: TraceFlags): Context =>
  trace.setSpanContext(ROOT_CONTEXT, {
    traceId: hex(number, 32),
    spanId: hex(number, 16),
    traceFlags,
    isRemote: true,
  });

describe("the spans of a batch", () => {
  let spans: RecordedSpan[];
  before(() => {
    spans = recordSpans();
  });
  beforeEach(() => {
    spans.length = 0;
  });
  after(() => {
    trace.disable();
    context.disable();
  });

  it("are one per element of a sampled trace and one for the work, linked both ways", async () => {
    let during: SpanContext | undefined;
    await using point = createBatchingPoint({
      name: "status.update",
      handle: async (numbers: readonly number[]) => {
        during = trace.getActiveSpan()?.spanContext();
        return numbers;
      },
    });
    await point.submitAll([1, 2, 3], {
      contexts: [
        remote(1, TraceFlags.SAMPLED),
        remote(2, TraceFlags.NONE),
        remote(3, TraceFlags.SAMPLED),
      ],
    });
    expect(spans.map(({ name }) => name)).to.deep.equal([
      "status.update",
      "status.update",
      "batch status.update",
    ]);
    const [first, third, batch] = spans;
    expect(first?.parent?.traceId).to.equal(hex(1, 32));
    expect(third?.parent?.traceId).to.equal(hex(3, 32));
    expect(first?.attributes).to.deep.equal({ "waybill.batch.size": 3 });
    expect(batch?.parent).to.be.undefined;
    expect(batch?.links.map((link) => link.context)).to.deep.equal([first?.own, third?.own]);
    expect(first?.links.map((link) => link.context)).to.deep.equal([batch?.own]);
    expect(during).to.deep.equal(batch?.own);
    await point[Symbol.asyncDispose]();
    expect(spans.every(({ ended }) => ended)).to.be.true;
  });

  it("are none when no trace is sampled, and the work sees no caller's context", async () => {
    let during: SpanContext | undefined;
    await using point = createBatchingPoint({
      name: "status.update",
      handle: async (numbers: readonly number[]) => {
        during = trace.getActiveSpan()?.spanContext();
        return numbers;
      },
    });
    await context.with(remote(1, TraceFlags.NONE), () => point.submit(1));
    expect(spans).to.deep.equal([]);
    expect(during).to.be.undefined;
  });

  it("take the element's context as given, from the element, or from the caller", async () => {
    await using point = createBatchingPoint({
      name: "test",
      handle: async (numbers: readonly number[]) => numbers,
      contextOf: (number) => (number === 0 ? context.active() : remote(number, TraceFlags.SAMPLED)),
    });
    await context.with(remote(9, TraceFlags.SAMPLED), () =>
      Promise.all([
        point.submit(0),
        point.submit(7),
        point.submit(7, { context: remote(8, TraceFlags.SAMPLED) }),
      ]),
    );
    const parents = spans.slice(0, 3).map(({ parent }) => parent?.traceId);
    expect(parents).to.deep.equal([hex(9, 32), hex(7, 32), hex(8, 32)]);
  });

  it("link at most 128 elements", async () => {
    await using point = createBatchingPoint({
      name: "test",
      handle: async (numbers: readonly number[]) => numbers,
      contextOf: () => remote(1, TraceFlags.SAMPLED),
    });
    await point.submitAll(Array.from({ length: 200 }, (_, index) => index));
    expect(spans).to.have.length(201);
    expect(spans[200]?.links).to.have.length(128);
  });

  it("tell which element failed, and that the batch had trouble", async () => {
    await using point = createBatchingPoint({
      name: "test",
      handle: async (numbers: readonly number[]) => {
        if (numbers.includes(2)) throw new Error("poison");
        return numbers;
      },
      contextOf: () => remote(1, TraceFlags.SAMPLED),
    });
    await point.submitAll([1, 2]);
    expect(spans.map(({ error }) => error)).to.deep.equal([
      undefined,
      "Error: poison",
      "Error: poison",
    ]);
  });
});
