import { UsageError } from "@waybill/chassis/commandLine";
import { expect } from "chai";
import { readGatewayOptions } from "../src/gateway/gatewayOptions.ts";
import { gatewayReportOf, gatewayTables } from "../src/gateway/gatewayReport.ts";
import { nothingMeasured, type Round } from "../src/gateway/measured.ts";
import type { Way } from "../src/gateway/ways.ts";

const way = (name: string, isUncached = false): Way => ({
  name,
  isUncached,
  isWrite: false,
  send: async () => {},
});

const measured = (ms: number, rounds: readonly Round[]) => {
  const seen = nothingMeasured();
  seen.latencies.record(ms);
  seen.rounds.push(...rounds);
  return seen;
};

const round = (requests: number, gateway: number): Round => ({
  requests,
  seconds: 2,
  cpu: { client: 0.1, gateway, behind: 0.2 },
});

const options = { ...readGatewayOptions([]), orders: 60 } as NonNullable<
  ReturnType<typeof readGatewayOptions>
>;

const report = gatewayReportOf(
  options,
  [
    {
      what: "Read an order",
      concurrency: 64,
      measured: [
        { way: way("direct"), measured: measured(10, [round(200, 0), round(100, 0)]) },
        { way: way("door", true), measured: measured(20, [round(100, 0.1), round(150, 0.1)]) },
      ],
    },
  ],
  [],
);

describe("the gateway's figures", () => {
  const [direct, door] = report.comparisons[0]?.ways ?? [];

  it("are medians of rates, and ratios of rounds that ran side by side", () => {
    expect(direct?.perSecond).to.equal(75);
    expect(door?.perSecond).to.equal(62.5);
    expect(door?.ratios.perSecond).to.equal(1); // Between 0.5 and 1.5.
    expect(door?.ratios.p50).to.be.closeTo(2, 0.01);
  });

  it("tell where the CPU time of a request went", () => {
    expect(door?.cpuMs.gateway).to.be.closeTo(0.8, 1e-9);
    expect(door?.cpuMs.all).to.be.closeTo(3.2, 1e-9);
    expect(direct?.ratios.cpuMs).to.equal(1);
  });

  it("say when reads that should not be cached were", () => {
    expect(report.troubles).to.have.lengthOf(1);
    expect(gatewayTables(report)).to.include("more --orders are needed");
  });
});

describe("the gateway benchmark's options", () => {
  it("have standards, and take several concurrencies", () => {
    expect(readGatewayOptions([])?.concurrencies).to.deep.equal([1, 64]);
    const given = readGatewayOptions(["--concurrency", "2", "--concurrency", "8"]);
    expect(given?.concurrencies).to.deep.equal([2, 8]);
    expect(readGatewayOptions(["--help"])).to.equal(undefined);
  });

  it("are refused when they make no sense", () => {
    for (const args of [
      ["--rounds", "0"],
      ["--rate", "1"],
      ["--concurrency", "x"],
    ])
      expect(() => readGatewayOptions(args)).to.throw(UsageError);
  });
});
