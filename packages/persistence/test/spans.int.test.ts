import { AsyncLocalStorage } from "node:async_hooks";
import {
  type Context,
  context,
  ROOT_CONTEXT,
  type Span,
  type SpanOptions,
  TraceFlags,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { expect } from "chai";
import { type Database, sql } from "../src/index.ts";
import { failureOf, openTestDatabase } from "./support.ts";

const look = sql("look", "select 1");

/** Stands in for the SDK, which this package does not depend on. Yields what was recorded. */
function recordSpans(): string[] {
  const recorded: string[] = [];
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
  const span = {
    recordException: () => recorded.push("exception"),
    setStatus: () => span,
    end: () => recorded.push("end"),
  };
  const startActiveSpan = (name: string, _: SpanOptions, work: (of: Span) => unknown) => {
    recorded.push(name);
    return work(span as unknown as Span);
  };
  trace.disable();
  trace.setGlobalTracerProvider({
    getTracer: () => ({ startActiveSpan }) as unknown as Tracer,
  });
  return recorded;
}

const under = (traceFlags: TraceFlags): Context =>
  trace.setSpanContext(ROOT_CONTEXT, {
    traceId: "1".repeat(32),
    spanId: "2".repeat(16),
    traceFlags,
  });

describe("the span of a transaction", () => {
  let db: Database;
  let recorded: string[];
  before(async () => {
    db = await openTestDatabase();
    recorded = recordSpans();
  });
  beforeEach(() => {
    recorded.length = 0;
  });
  after(async () => {
    await db[Symbol.asyncDispose]();
    context.disable();
    trace.disable();
  });

  const transact = () =>
    db.transaction(async (tx) => {
      await tx.rows(look);
      await tx.rows(look);
    });

  it("is one under a sampled span, whatever the number of statements", async () => {
    await context.with(under(TraceFlags.SAMPLED), transact);
    expect(recorded).to.deep.equal(["transaction", "end"]);
  });

  it("is none without a span, or under one that is not sampled", async () => {
    await transact();
    await context.with(under(TraceFlags.NONE), transact);
    expect(recorded).to.deep.equal([]);
  });

  it("tells that the transaction failed", async () => {
    const fail = () => failureOf(db.transaction(() => Promise.reject(new Error("no"))));
    await context.with(under(TraceFlags.SAMPLED), fail);
    expect(recorded).to.deep.equal(["transaction", "exception", "end"]);
  });
});
