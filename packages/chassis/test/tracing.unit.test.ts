import { context, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { expect } from "chai";
import {
  claimsSampling,
  contextOf,
  inFirstTrace,
  namedTraceparent,
  normalTraceparent,
  sampledSpanContext,
  traceparentOf,
} from "../src/index.ts";
import { plainContextManager } from "../src/telemetry/plainContext.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";
const sampled = `00-${traceId}-${spanId}-01`;
const unsampled = `00-${traceId}-${spanId}-00`;

describe("trace context as text", () => {
  it("comes back as it went", () => {
    expect(traceparentOf(contextOf(sampled))).to.equal(sampled);
    expect(traceparentOf(contextOf(unsampled))).to.equal(unsampled);
    expect(trace.getSpanContext(contextOf(sampled))).to.deep.equal({
      traceId,
      spanId,
      traceFlags: 1,
      isRemote: true,
    });
  });

  it("is passed on as it is written, unless it is not valid", () => {
    for (const usual of [sampled, unsampled]) expect(normalTraceparent(usual)).to.equal(usual);
    expect(normalTraceparent(`01${sampled.slice(2)}-more`)).to.equal(sampled);
    expect(normalTraceparent(sampled.replace(/01$/, "03"))).to.equal(sampled);
    expect(normalTraceparent(`00-${"0".repeat(32)}-b7ad6b7169203331-01`)).to.equal("");
    expect(normalTraceparent("nonsense")).to.equal("");
  });

  it("says by its flags whether it may be sampled", () => {
    const flagged = (flags: string) => claimsSampling(sampled.replace(/01$/, flags));
    expect(["01", "03", "0b", "ff"].map(flagged)).to.deep.equal([true, true, true, true]);
    expect(["00", "02", "0a", "fe"].map(flagged)).to.deep.equal([false, false, false, false]);
    expect(claimsSampling("")).to.equal(false);
  });

  it("is empty without a span", () => {
    expect(traceparentOf(ROOT_CONTEXT)).to.equal("");
    expect(traceparentOf()).to.equal("");
  });

  it("is the root context when it is not valid", () => {
    const wrong = [
      "",
      "nonsense",
      `ff-${traceId}-${spanId}-01`,
      `00-${"0".repeat(32)}-${spanId}-01`,
      `00-${traceId}-${"0".repeat(16)}-01`,
      `00-${traceId.toUpperCase()}-${spanId}-01`,
      `${sampled}-more`,
      `${sampled}\n`,
    ];
    for (const text of wrong) expect(contextOf(text), text).to.equal(ROOT_CONTEXT);
  });

  it("may be of a later version, which may have more fields", () => {
    expect(traceparentOf(contextOf(`01-${traceId}-${spanId}-09-more`))).to.equal(sampled);
  });

  it("is that of the first sampled trace for work that several share", () => {
    context.disable();
    context.setGlobalContextManager(plainContextManager());
    const work = () => traceparentOf();
    expect(inFirstTrace(["", unsampled, sampled], work)).to.equal(sampled);
    expect(inFirstTrace([unsampled], work)).to.equal("");
    context.disable();
  });

  it("is the one that is named, or else, also when that is not valid, the call's own", () => {
    context.disable();
    context.setGlobalContextManager(plainContextManager());
    context.with(contextOf(unsampled), () => {
      expect(namedTraceparent(sampled)).to.equal(sampled);
      for (const text of ["", "nonsense", `${sampled.slice(0, -1)}\0`])
        expect(namedTraceparent(text)).to.equal(unsampled);
    });
    context.disable();
  });

  it("tells sampled traces from others", () => {
    expect(sampledSpanContext(contextOf(sampled))?.spanId).to.equal(spanId);
    expect(sampledSpanContext(contextOf(unsampled))).to.be.undefined;
    expect(sampledSpanContext(ROOT_CONTEXT)).to.be.undefined;
  });
});
