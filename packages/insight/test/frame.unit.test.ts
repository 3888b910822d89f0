import { expect } from "chai";
import { frameOf } from "../src/top/frame.ts";
import { Series } from "../src/top/series.ts";
import { consumer, observation, part } from "./support/observations.ts";

const metrics = (n: number) => `waybill_orders_placed_total{outcome="accepted",reason=""} ${n * 10}
waybill_orders_placed_total{outcome="refused",reason="OUT_OF_STOCK"} ${n}
waybill_orders_transitions_total{from="SHIPPED",to="DELIVERED",actor="SERVICE",reason=""} ${n * 5}
waybill_orders_open{state="PENDING"} 7
waybill_workflow_processes{step="DECIDE"} 6
waybill_workflow_stuck{step="TRY"} 2
rpc_server_call_duration_seconds_count{rpc_method="a/B",rpc_status_code="OK"} ${n * 20}
rpc_server_call_duration_seconds_count{rpc_method="a/B",rpc_status_code="INTERNAL"} ${n}
rpc_server_call_duration_seconds_bucket{rpc_method="a/B",le="0.1"} ${n * 21}
db_client_connection_open{db_client_connection_state="used"} 3
db_client_connection_limit 16
waybill_batch_queue{waybill_batch_point="a"} 4
process_memory_usage_bytes 181000000`;

const lines = (first: string, last: string) =>
  frameOf(
    new Series(
      observation(0, [part("order", first)]),
      observation(10, [part("order", last)], {
        messaging: { consumers: [consumer("shipping", { pending: 5 })], deadLetters: 3 },
      }),
    ),
    "here",
  );

describe("npm run top shows", () => {
  const texts = lines(metrics(0), metrics(10)).map(({ text }) => text.replaceAll(/ {2,}/g, "  "));

  it("orders: how many come, are refused and delivered, how many are open, wait and are stuck", () => {
    expect(texts).to.include("orders/s  placed 10.0  refused 1.0  delivered 5.0  cancelled 0.0");
    expect(texts).to.include("open  PENDING 7");
    expect(texts).to.include("waiting  DECIDE 6");
    expect(texts).to.include("stuck  2  dead letters 3");
  });

  it("each service: calls, faults, percentiles, memory, connections, what is queued", () => {
    expect(texts).to.include("order  serving  21.0  1.0  50 ms  99 ms  –  0 %  181 MB  3/16  4");
  });

  it("each consumer: what it is behind", () => {
    expect(texts).to.include("shipping (ORDERS)  5  0  0  0 ms  1");
  });

  it("what is wrong, or that nothing is", () => {
    const quiet = frameOf(new Series(observation(0, []), observation(1, [])), "here");
    expect(quiet.at(-1)).to.deep.equal({ text: "✔ nothing is wrong", tone: "good" });
    expect(lines(metrics(0), metrics(1)).at(-1)).to.include({ tone: "bad" });
  });
});
