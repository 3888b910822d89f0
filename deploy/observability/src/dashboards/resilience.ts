import { type Dashboard, faults, rate } from "../dashboard.ts";

/** Who protects itself against whom, and how. */
export const resilience: Dashboard = {
  uid: "waybill-resilience",
  title: "Waybill: resilience",
  rows: [
    {
      title: "Calls between services",
      panels: [
        {
          title: "Breakers that are not closed",
          unit: "short",
          badFrom: 1,
          queries: [
            [
              "{{service}} → {{callee}}",
              'sum by (service, callee) (waybill_rpc_breaker_state{state!="closed"})',
            ],
          ],
        },
        {
          title: "Changes of breakers",
          unit: "ops",
          queries: [
            [
              "{{service}} → {{callee}} {{state}}",
              rate("waybill_rpc_breaker_changes_total", "service, callee, state"),
            ],
          ],
        },
        {
          title: "Failed calls, as their callers see them",
          unit: "reqps",
          queries: [
            [
              "{{service}} → {{server_address}} {{rpc_status_code}}",
              rate(
                "rpc_client_call_duration_seconds_count",
                "service, server_address, rpc_status_code",
                faults,
              ),
            ],
          ],
        },
        {
          title: "Retries",
          unit: "ops",
          queries: [
            ["{{service}} → {{callee}}", rate("waybill_rpc_retries_total", "service, callee")],
          ],
        },
        {
          title: "Timeouts",
          unit: "ops",
          queries: [
            ["{{service}} → {{callee}}", rate("waybill_rpc_timeouts_total", "service, callee")],
          ],
        },
        {
          title: "Calls that were not made",
          unit: "ops",
          queries: [
            [
              "{{service}} → {{callee}} ({{by}})",
              rate("waybill_rpc_rejections_total", "service, callee, by"),
            ],
          ],
        },
        {
          title: "Fallbacks",
          unit: "ops",
          queries: [
            [
              "{{service}} → {{callee}} {{fallback}}",
              rate("waybill_rpc_fallbacks_total", "service, callee, fallback"),
            ],
          ],
        },
      ],
    },
    {
      title: "Inside",
      panels: [
        {
          title: "Elements that wait for their batch",
          unit: "short",
          queries: [
            [
              "{{service}} {{waybill_batch_point}}",
              "sum by (service, waybill_batch_point) (waybill_batch_queue)",
            ],
          ],
        },
        {
          title: "Elements refused, since too many wait",
          unit: "ops",
          queries: [
            [
              "{{service}} {{waybill_batch_point}}",
              rate("waybill_batch_refused_total", "service, waybill_batch_point"),
            ],
          ],
        },
        {
          title: "Transactions run again",
          unit: "ops",
          queries: [["{{service}}", rate("waybill_transaction_retries_total", "service")]],
        },
        {
          title: "Refused by status",
          description: "docs/operations.md#alarms",
          unit: "ops",
          badFrom: 0.01,
          queries: [
            ["announcements", rate("waybill_order_refused_announcements_total", "service")],
            ["moves by {{service}}", rate("waybill_fulfilment_refused_total", "service")],
          ],
        },
      ],
    },
  ],
};
