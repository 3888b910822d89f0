import { DataPointType } from "@opentelemetry/sdk-metrics";
import { expect } from "chai";
import { prometheusName } from "../src/telemetry/metricNames.ts";

const { GAUGE, HISTOGRAM, SUM } = DataPointType;

describe("the names of metrics in Prometheus", () => {
  const nameOf = (name: string, unit: string, dataPointType: DataPointType = SUM) =>
    prometheusName({ descriptor: { name, unit }, dataPointType });

  it("end with the unit, once", () => {
    expect(nameOf("rpc.server.call.duration", "s", HISTOGRAM)).to.equal(
      "rpc_server_call_duration_seconds",
    );
    expect(nameOf("process.memory.usage", "By")).to.equal("process_memory_usage_bytes");
    expect(nameOf("waybill.time_seconds", "s")).to.equal("waybill_time_seconds");
  });

  it("have no unit for what is counted", () => {
    expect(nameOf("waybill.batch.size", "{element}", HISTOGRAM)).to.equal("waybill_batch_size");
  });

  it("say of a gauge without dimension that it is a ratio", () => {
    expect(nameOf("cache.hit", "1", GAUGE)).to.equal("cache_hit_ratio");
    expect(nameOf("cache.hit_ratio", "1", GAUGE)).to.equal("cache_hit_ratio");
    expect(nameOf("cache.hits", "1", SUM)).to.equal("cache_hits");
  });
});
