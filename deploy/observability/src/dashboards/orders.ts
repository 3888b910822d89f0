import { common, type Dashboard, quantile, rate } from "../dashboard.ts";

const accepting = 'service="order",rpc_method=~".*OrderService/(Create|BatchCreate|Try)Orders?"';

/** The business at a glance. */
export const orders: Dashboard = {
  uid: "waybill-orders",
  title: "Waybill: orders",
  rows: [
    {
      title: "Now",
      panels: [
        {
          title: "Placed",
          kind: "stat",
          unit: "ops",
          queries: [
            [
              "orders/s",
              'sum(rate(waybill_orders_placed_total{outcome=~"accepted|deferred"}[$__rate_interval]))',
            ],
          ],
        },
        {
          title: "Delivered",
          kind: "stat",
          unit: "ops",
          queries: [
            [
              "orders/s",
              'sum(rate(waybill_orders_transitions_total{to="DELIVERED"}[$__rate_interval]))',
            ],
          ],
        },
        {
          title: "Accepted within, p99",
          description: "Promised: 99.9 % within 250 ms.",
          kind: "stat",
          unit: "s",
          badFrom: 0.25,
          queries: [["p99", quantile(0.99, "rpc_server_call_duration_seconds", "", accepting)]],
        },
        {
          title: "Stuck",
          description: "docs/operations.md#a-stuck-order",
          kind: "stat",
          unit: "short",
          badFrom: 1,
          queries: [["orders", "sum(max by (step) (waybill_workflow_stuck))"]],
        },
      ],
    },
    {
      title: "Flow",
      panels: [
        {
          title: "Placed, by outcome",
          unit: "ops",
          queries: [
            ["{{outcome}} {{reason}}", rate("waybill_orders_placed_total", "outcome, reason")],
          ],
        },
        {
          title: "Transitions",
          unit: "ops",
          queries: [
            [
              "{{from}} → {{to}} {{reason}}",
              rate("waybill_orders_transitions_total", "from, to, reason"),
            ],
          ],
        },
        {
          title: "Open orders",
          unit: "short",
          queries: [["{{state}}", common("waybill_orders_open", "state")]],
        },
        {
          title: "Not announced to status yet",
          unit: "short",
          queries: [["orders", "max(waybill_order_unannounced)"]],
        },
      ],
    },
    {
      title: "How long it takes",
      panels: [
        {
          title: "Accepting an order",
          traces:
            '{ resource.service.name = "order" && name =~ ".*CreateOrder.*" && duration > 250ms }',
          unit: "s",
          badFrom: 0.25,
          queries: [
            ["p50", quantile(0.5, "rpc_server_call_duration_seconds", "", accepting)],
            ["p99", quantile(0.99, "rpc_server_call_duration_seconds", "", accepting)],
          ],
        },
        {
          title: "From placing to delivery",
          unit: "s",
          queries: [
            ["p50", quantile(0.5, "waybill_order_delivery_duration_seconds")],
            ["p99", quantile(0.99, "waybill_order_delivery_duration_seconds")],
          ],
        },
        {
          title: "Time in each state, p95",
          unit: "s",
          queries: [["{{state}}", quantile(0.95, "waybill_order_state_duration_seconds", "state")]],
        },
        {
          title: "Decided after the window",
          traces: '{ resource.service.name = "workflow" && duration > 1s }',
          description: "Promised: 99 % within 5 s.",
          unit: "s",
          badFrom: 5,
          queries: [
            ["p50", quantile(0.5, "waybill_order_decision_delay_seconds")],
            ["p99", quantile(0.99, "waybill_order_decision_delay_seconds")],
          ],
        },
      ],
    },
    {
      title: "Promises",
      panels: [
        {
          title: "Error budget burnt, accepted under 250 ms",
          description:
            "1: exactly as fast as a month allows. 14.4 burns a month's budget in two days.",
          unit: "short",
          badFrom: 1,
          queries: [
            ["5 min", "waybill:slo_accepted:error_ratio_5m / 0.001"],
            ["1 h", "waybill:slo_accepted:error_ratio_1h / 0.001"],
            ["6 h", "waybill:slo_accepted:error_ratio_6h / 0.001"],
          ],
        },
        {
          title: "Error budget burnt, decided within 5 s",
          unit: "short",
          badFrom: 1,
          queries: [
            ["5 min", "waybill:slo_decided:error_ratio_5m / 0.01"],
            ["1 h", "waybill:slo_decided:error_ratio_1h / 0.01"],
            ["6 h", "waybill:slo_decided:error_ratio_6h / 0.01"],
          ],
        },
      ],
    },
  ],
};
