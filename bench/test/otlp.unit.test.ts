import { expect } from "chai";
import { countedBetween, exportersIn, totalOf } from "../src/telemetry/otlp.ts";

const exported = (pid: number, calls: string, batches: string, elements: number) => ({
  resourceMetrics: [
    {
      resource: { attributes: [{ key: "process.pid", value: { intValue: pid } }] },
      scopeMetrics: [
        {
          metrics: [
            { name: "calls", sum: { dataPoints: [point("Get", { asInt: calls })] } },
            {
              name: "sizes",
              histogram: { dataPoints: [point("create", { count: batches, sum: elements })] },
            },
          ],
        },
      ],
    },
  ],
});

const point = (of: string, value: object) => ({
  attributes: [{ key: "name", value: { stringValue: of } }],
  timeUnixNano: "1795514400000000000",
  ...value,
});

describe("metrics over OTLP", () => {
  it("are told apart by the process that exports them, with the time of the export", () => {
    const [one] = exportersIn(exported(7, "3", "2", 10));
    const [other] = exportersIn(exported(8, "3", "2", 10));
    expect(one?.id).not.to.equal(other?.id);
    expect(one?.at).to.equal(1_795_514_400_000);
  });

  it("add up over processes", () => {
    const all = [
      ...exportersIn(exported(7, "3", "2", 10)),
      ...exportersIn(exported(8, "4", "1", 2)),
    ];
    expect(totalOf(all)).to.deep.equal([
      { metric: "calls", of: "Get", count: 7, sum: 7 },
      { metric: "sizes", of: "create", count: 3, sum: 12 },
    ]);
  });

  it("are counted between two readings, and left out when nothing happened", () => {
    const before = totalOf(exportersIn(exported(7, "3", "2", 10)));
    const after = totalOf(exportersIn(exported(7, "3", "5", 40)));
    expect(countedBetween(before, after)).to.deep.equal([
      { metric: "sizes", of: "create", count: 3, sum: 30 },
    ]);
  });
});
