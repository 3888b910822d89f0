import { AsyncLocalStorage } from "node:async_hooks";
import {
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  type SpanOptions,
  TraceFlags,
  trace,
} from "@opentelemetry/api";
import { contextOf, traceparentOf } from "@waybill/chassis";
import { ErrorReason } from "@waybill/contracts/errors";
import { expect } from "chai";
import { awaiting, refuse, remainingMs } from "../src/index.ts";
import { clientOf, type Handlers, refusalFrom, serve } from "./support.ts";

interface Recorded {
  readonly name: string;
  readonly parent: SpanContext | undefined;
  readonly own: SpanContext;
  readonly attributes: Record<string, unknown>;
  failed: boolean;
  ended: boolean;
}

const hex = (number: number, length: number) => number.toString(16).padStart(length, "0");
const traceId = hex(77, 32);
const traceparent = (flags: "00" | "01") => `00-${traceId}-${hex(5, 16)}-${flags}`;

/** Stands in for the SDK: keeps contexts, passes traceparent on, records sampled spans. */
class Telemetry {
  readonly spans: Recorded[] = [];
  sampleRoots = true;

  start(): void {
    const storage = new AsyncLocalStorage<Context>();
    const manager = {
      active: () => storage.getStore() ?? ROOT_CONTEXT,
      with: (of: Context, work: (...args: never[]) => unknown, self: unknown, ...args: never[]) =>
        storage.run(of, () => work.apply(self, args)),
      bind: (_: Context, target: unknown) => target,
      enable: () => manager,
      disable: () => manager,
    };
    this.stop();
    context.setGlobalContextManager(manager as never);
    propagation.setGlobalPropagator({
      fields: () => ["traceparent"],
      inject: (of, carrier, setter) => setter.set(carrier, "traceparent", traceparentOf(of)),
      extract: (of, carrier, getter) => {
        const span = trace.getSpanContext(contextOf(String(getter.get(carrier, "traceparent"))));
        return span === undefined ? of : trace.setSpanContext(of, span);
      },
    });
    trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan: this.#startSpan }) as never });
  }

  stop(): void {
    trace.disable();
    context.disable();
    propagation.disable();
  }

  readonly #startSpan = (name: string, options: SpanOptions, parent: Context): Span => {
    const parentSpan = trace.getSpanContext(parent);
    const number = this.spans.length + 100;
    const own: SpanContext = {
      traceId: parentSpan?.traceId ?? hex(number, 32),
      spanId: hex(number, 16),
      traceFlags:
        parentSpan !== undefined || this.sampleRoots ? TraceFlags.SAMPLED : TraceFlags.NONE,
    };
    if (own.traceFlags === TraceFlags.NONE) return trace.wrapSpanContext(own);
    const attributes: Record<string, unknown> = { ...options.attributes };
    const recorded = { name, parent: parentSpan, own, attributes, failed: false, ended: false };
    this.spans.push(recorded);
    const span = {
      spanContext: () => own,
      isRecording: () => true,
      setAttribute: (key: string, value: unknown) => {
        recorded.attributes[key] = value;
      },
      setStatus: () => {
        recorded.failed = true;
      },
      end: () => {
        recorded.ended = true;
      },
    };
    return span as unknown as Span;
  };
}

describe("the trace of a call", () => {
  const telemetry = new Telemetry();
  const method = "waybill.status.v1.StatusService/GetStatus";
  before(() => telemetry.start());
  after(() => telemetry.stop());
  beforeEach(() => {
    telemetry.spans.length = 0;
    telemetry.sampleRoots = true;
  });

  /** The traceparent that each handler saw. */
  const seeing =
    (seen: string[]): Handlers["getStatus"] =>
    async () => {
      seen.push(traceparentOf());
      return {};
    };

  it("goes from span to span, through the client to the server", async () => {
    const seen: string[] = [];
    await using server = await serve({ getStatus: seeing(seen) });
    await using client = clientOf(server.address);
    const span = telemetryRoot();
    await context.with(trace.setSpan(ROOT_CONTEXT, span), () => client.getStatus({}));
    const [root, sent, received] = telemetry.spans;
    expect([sent?.name, received?.name]).to.deep.equal([method, method]);
    expect(sent?.parent).to.deep.equal(root?.own);
    expect(received?.parent?.spanId).to.equal(sent?.own.spanId);
    expect(seen).to.deep.equal([`00-${root?.own.traceId}-${received?.own.spanId}-01`]);
    expect(received?.attributes).to.deep.equal({
      "rpc.system.name": "grpc",
      "rpc.method": "waybill.status.v1.StatusService/GetStatus",
      "rpc.status_code": "OK",
    });
    expect([sent?.ended, received?.ended]).to.deep.equal([true, true]);
  });

  const telemetryRoot = () => trace.getTracer("test").startSpan("root", {}, ROOT_CONTEXT);

  it("that is not sampled has no spans, and is passed on as such", async () => {
    const seen: string[] = [];
    await using server = await serve({ getStatus: seeing(seen) });
    await using client = clientOf(server.address);
    await context.with(contextOf(traceparent("00")), () => client.getStatus({}));
    expect(telemetry.spans).to.deep.equal([]);
    expect(seen).to.deep.equal([traceparent("00")]);
  });

  it("begins at the server when the caller has none and the sampler agrees", async () => {
    const seen: string[] = [];
    await using server = await serve({ getStatus: seeing(seen) });
    await using client = clientOf(server.address);
    await client.getStatus({});
    expect(telemetry.spans.map(({ name, parent }) => [name, parent])).to.deep.equal([
      [method, undefined],
    ]);
    telemetry.sampleRoots = false;
    await client.getStatus({});
    expect(telemetry.spans).to.have.length(1);
    expect(seen[1]).to.match(/-00$/);
  });

  it("tells a fault from an ordinary refusal", async () => {
    const errors = [refuse.failedPrecondition(ErrorReason.OUT_OF_STOCK, "short"), new Error("bug")];
    const getStatus: Handlers["getStatus"] = async () => {
      throw errors.shift();
    };
    await using server = await serve({ getStatus });
    await using client = clientOf(server.address);
    await refusalFrom(client.getStatus({}));
    await refusalFrom(client.getStatus({}));
    expect(
      telemetry.spans.map(({ attributes, failed, ended }) => [
        attributes["rpc.status_code"],
        failed,
        ended,
      ]),
    ).to.deep.equal([
      ["FAILED_PRECONDITION", false, true],
      ["INTERNAL", true, true],
    ]);
  });

  it("of an unforeseen error is named to the caller", async () => {
    const getStatus: Handlers["getStatus"] = async () => {
      throw new Error("bug");
    };
    await using server = await serve({ getStatus });
    await using client = clientOf(server.address);
    const call = context.with(contextOf(traceparent("00")), () => client.getStatus({}));
    expect((await refusalFrom(call)).message).to.contain(traceId);
  });

  it("is also that of a stream's steps", async () => {
    const seen: string[] = [];
    const watchStatuses: Handlers["watchStatuses"] = async function* () {
      seen.push(traceparentOf());
      yield {};
      seen.push(traceparentOf());
    };
    await using server = await serve({ watchStatuses });
    await using client = clientOf(server.address);
    const stream = context.with(contextOf(traceparent("01")), () => client.watchStatuses({}));
    for await (const _ of stream);
    expect(new Set(seen).size).to.equal(1);
    expect(seen[0]).to.contain(traceId);
    expect(telemetry.spans.every(({ ended }) => ended)).to.equal(true);
  });

  it("comes with the caller's deadline, which calls made on its behalf inherit", async () => {
    const remaining: (number | undefined)[] = [];
    const getStatus: Handlers["getStatus"] = async () => {
      remaining.push(remainingMs());
      return {};
    };
    await using inner = await serve({ getStatus });
    await using innerClient = clientOf(inner.address);
    const passOn: Handlers["getStatus"] = async (request, call) => {
      await getStatus(request, call);
      return await innerClient.getStatus({});
    };
    await using outer = await serve({ getStatus: passOn });
    await using outerClient = clientOf(outer.address);
    await outerClient.getStatus({}, { timeoutMs: 700 });
    expect(remainingMs()).to.equal(undefined);
    const [first = 0, second = 0] = remaining;
    expect(first).to.be.within(400, 700);
    expect(second).to.be.within(400, first + 2);
  });

  it("tells whether its caller still waits, also before the timer of its deadline has run", async () => {
    const seen: boolean[] = [];
    const getStatus: Handlers["getStatus"] = async (_, call) => {
      const isAwaited = awaiting(call);
      seen.push(isAwaited());
      const over = performance.now() + 100;
      while (performance.now() < over); // As if this process were stopped meanwhile.
      seen.push(call.signal.aborted, isAwaited());
      return {};
    };
    await using server = await serve({ getStatus });
    await using client = clientOf(server.address, { attempts: 1 });
    await refusalFrom(client.getStatus({}, { timeoutMs: 50 }));
    expect(seen).to.deep.equal([true, false, false]);
  });
});
