import { spawnSync } from "node:child_process";
import { Metadata } from "@waybill/rpc";
import { type Stack, serviceNames } from "@waybill/stack";
import { expect } from "chai";
import { documentedMetrics, servedMetrics } from "../support/metrics.ts";
import { untilState } from "./support/books.ts";
import { type Clients, connectClients } from "./support/clients.ts";
import { openShop, request } from "./support/shop.ts";
import { commonStack } from "./support/stack.ts";

/** The trace of all orders here. */
const traceId = "0af7651916cd43dd8448eb211c80319c";

/** What judges metrics in Prometheus's format: of Debian's package `prometheus`. */
const hasPromtool = spawnSync("promtool", ["--version"]).status === 0;

describe("every process serves its metrics to Prometheus", () => {
  let stack: Stack;
  let clients: Clients;
  const pages = new Map<string, string>();

  before(async () => {
    stack = await commonStack();
    clients = connectClients(stack);
    await openShop(clients);
    const methods = { pm_ok: "DELIVERED", pm_declined: "CANCELLED", pm_pending: "DELIVERED" };
    await Promise.all(
      Object.entries(methods).map(async ([paymentMethod, state]) => {
        const traced = {
          metadata: Metadata({ traceparent: `00-${traceId}-${"1".repeat(16)}-01` }),
        };
        const { order } = await clients.order.createOrder(request({ paymentMethod }), traced);
        await untilState(stack, order?.orderId ?? "", state);
      }),
    );
    await fetch(`http://${stack.address("gateway")}/api/orders`); // Refused: nobody has logged in.
    for (const service of serviceNames) {
      const answer = await fetch(`http://${stack.metricsAddress(service)}/metrics`);
      pages.set(service, await answer.text());
    }
  });

  after(() => clients[Symbol.asyncDispose]());

  it("all of them as docs/metrics.md tells, with no other labels", () => {
    const documented = new Map(documentedMetrics().map((one) => [one.name, one]));
    const deviations = [...pages].flatMap(([service, page]) =>
      [...servedMetrics(page)].flatMap(([name, { kind, meaning, labels }]) => {
        const row = documented.get(name);
        const others = [...labels].filter((label) => row?.labels.includes(label) !== true);
        const isAsTold = row?.kind === kind && row.meaning === meaning && others.length === 0;
        return isAsTold ? [] : [`${service}: ${name} ${kind} {${others}} ${meaning}`];
      }),
    );
    expect(deviations).to.deep.equal([]);
  });

  it("of calls on both sides, batches, consumers, the journal, databases, orders and TCC", () => {
    const served = new Set([...pages.values()].flatMap((page) => [...servedMetrics(page).keys()]));
    expect([...served]).to.include.members([
      "rpc_server_call_duration_seconds",
      "rpc_client_call_duration_seconds",
      "http_server_request_duration_seconds",
      "waybill_batch_queue",
      "waybill_batch_wait_seconds",
      "waybill_consumer_pending",
      "waybill_consumer_oldest_age_seconds",
      "waybill_journal_unpublished",
      "waybill_rpc_breaker_state",
      "db_client_connection_open",
      "waybill_orders_open",
      "waybill_orders_placed_total",
      "waybill_order_delivery_duration_seconds",
      "waybill_order_decision_delay_seconds",
      "waybill_tcc_operations_total",
      "waybill_workflow_stuck",
      "waybill_notification_waiting",
      "nodejs_eventloop_delay_p99_seconds",
      "v8js_gc_duration_seconds",
    ]);
  });

  it("counting what has happened", () => {
    const page = pages.get("status") ?? "";
    expect(page).to.match(
      /^waybill_orders_transitions_total\{from="SHIPPED",to="DELIVERED",actor="SERVICE",reason=""\} [1-9]/m,
    );
    expect(page).to.match(/reason="PAYMENT_DECLINED"\} [1-9]/);
    expect(pages.get("notification")).to.match(
      /^waybill_notification_attempts_total\{channel="EMAIL",outcome="sent"\} [1-9]/m,
    );
    expect(pages.get("gateway")).to.match(/http_response_status_code="401"\} [1-9]/);
  });

  it("with exemplars that lead to traces, for scrapers that take OpenMetrics", async () => {
    const headers = { accept: "application/openmetrics-text; version=1.0.0" };
    const answer = await fetch(`http://${stack.metricsAddress("status")}/metrics`, { headers });
    const page = await answer.text();
    expect(answer.headers.get("content-type")).to.match(/^application\/openmetrics-text/);
    expect(page).to.match(/\n# EOF\n$/);
    const bucket = "waybill_order_delivery_duration_seconds_bucket";
    const exemplar = new RegExp(
      `^${bucket}\\{le="[^"]+"\\} \\d+ # \\{trace_id="${traceId}"\\} `,
      "m",
    );
    expect(page).to.match(exemplar);
  });

  for (const service of serviceNames)
    it(`${service}: promtool has nothing to object`, function () {
      if (!hasPromtool) {
        console.log("      skipped: promtool (Debian's package prometheus) is not installed");
        this.skip();
      }
      const { stdout, stderr } = spawnSync("promtool", ["check", "metrics"], {
        input: pages.get(service),
        encoding: "utf8",
      });
      expect(`${stdout}${stderr}`.trim()).to.equal("");
    });
});
