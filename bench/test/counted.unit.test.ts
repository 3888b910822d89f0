import { parseScrape } from "@waybill/insight/scrape";
import { expect } from "chai";
import { countedBetween, countedIn, totalOf } from "../src/measure/counted.ts";

const scraped = (calls: number, batches: number, elements: number) =>
  countedIn(
    parseScrape(`
rpc_server_call_duration_seconds_count{rpc_method="Get",rpc_status_code="OK"} ${calls}
rpc_server_call_duration_seconds_count{rpc_method="Get",rpc_status_code="NOT_FOUND"} 2
rpc_server_call_duration_seconds_sum{rpc_method="Get",rpc_status_code="OK"} 0.5
rpc_server_call_duration_seconds_bucket{rpc_method="Get",rpc_status_code="OK",le="+Inf"} ${calls}
waybill_batch_size_count{waybill_batch_point="create"} ${batches}
waybill_batch_size_sum{waybill_batch_point="create"} ${elements}
process_memory_usage_bytes 1000
`),
  );

describe("what services count", () => {
  it("is told by method and batching point, whatever came of it", () => {
    expect(scraped(3, 2, 10)).to.have.deep.members([
      { metric: "rpc_server_call_duration_seconds", of: "Get", count: 5, sum: 0.5 },
      { metric: "waybill_batch_size", of: "create", count: 2, sum: 10 },
    ]);
  });

  it("adds up over processes", () => {
    expect(totalOf([...scraped(3, 2, 10), ...scraped(4, 1, 2)])).to.have.deep.members([
      { metric: "rpc_server_call_duration_seconds", of: "Get", count: 11, sum: 1 },
      { metric: "waybill_batch_size", of: "create", count: 3, sum: 12 },
    ]);
  });

  it("is told between two readings, and left out when nothing happened", () => {
    expect(countedBetween(scraped(3, 2, 10), scraped(3, 5, 40))).to.deep.equal([
      { metric: "waybill_batch_size", of: "create", count: 3, sum: 30 },
    ]);
  });
});
