import { expect } from "chai";
import { grafanaTempo, isTraceTemplate, traceLinks } from "../src/app/traceLinks.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const traceparent = (flags: string) => `00-${traceId}-b7ad6b7169203331-${flags}`;

describe("the link to a trace", () => {
  const linkOf = traceLinks("https://traces.example.org/t/{traceId}?x=1");

  it("is made of the template, for a sampled trace", () => {
    const traceUrl = `https://traces.example.org/t/${traceId}?x=1`;
    expect(linkOf(traceparent("01"))).to.deep.equal({ traceId, traceUrl });
  });

  it("is left out for one that is not sampled, whose id finds its logs", () => {
    expect(linkOf(traceparent("00"))).to.deep.equal({ traceId, traceUrl: undefined });
  });

  it("is left out where there is no place to look at traces", () => {
    expect(traceLinks("none")(traceparent("01"))).to.deep.equal({ traceId, traceUrl: undefined });
  });

  it("is none without a trace", () => {
    expect(linkOf("")).to.deep.equal({});
    expect(linkOf("nonsense")).to.deep.equal({});
  });

  it("leads to Grafana unless told otherwise, which finds the id in Tempo", () => {
    expect(isTraceTemplate(grafanaTempo)).to.equal(true);
    const { traceUrl = "" } = traceLinks(grafanaTempo)(traceparent("01"));
    const panes = JSON.parse(new URL(traceUrl).searchParams.get("panes") ?? "");
    expect(panes.trace.datasource).to.equal("tempo");
    expect(panes.trace.queries[0].query).to.equal(traceId);
  });

  it("needs an address with a place for the id", () => {
    expect(isTraceTemplate("https://traces.example.org/t")).to.equal(false);
    expect(isTraceTemplate("traces/{traceId}")).to.equal(false);
  });
});
