import { common, type Dashboard, faults, quantile, rate } from "../dashboard.ts";

/** The calls that Try, Confirm and Cancel are made by. */
const tcc = 'rpc_method=~".*/Batch(Try|Confirm|Cancel)(Reservations|Payments)"';

/** Each step of an order's saga: its rate, errors and duration. */
export const saga: Dashboard = {
  uid: "waybill-saga",
  title: "Waybill: order saga",
  rows: [
    {
      title: "Try, Confirm, Cancel",
      panels: [
        {
          title: "Operations",
          unit: "ops",
          queries: [
            [
              "{{service}} {{operation}} {{outcome}}",
              rate("waybill_tcc_operations_total", "service, operation, outcome"),
            ],
          ],
        },
        {
          title: "Refused and declined, by reason",
          unit: "ops",
          queries: [
            [
              "{{service}} {{operation}} {{reason}}",
              rate(
                "waybill_tcc_operations_total",
                "service, operation, reason",
                'outcome=~"refused|declined|unanswered"',
              ),
            ],
          ],
        },
        {
          title: "Calls for them, p99",
          unit: "s",
          queries: [
            [
              "{{rpc_method}}",
              quantile(0.99, "rpc_server_call_duration_seconds", "rpc_method", tcc),
            ],
          ],
        },
        {
          title: "Calls for them that failed",
          unit: "reqps",
          queries: [
            [
              "{{rpc_method}} {{rpc_status_code}}",
              rate(
                "rpc_client_call_duration_seconds_count",
                "rpc_method, rpc_status_code",
                `${tcc},${faults}`,
              ),
            ],
          ],
        },
      ],
    },
    {
      title: "The workflow's steps",
      panels: [
        {
          title: "Orders that wait",
          unit: "short",
          queries: [["{{step}}", common("waybill_workflow_processes", "step")]],
        },
        {
          title: "Orders whose last attempt failed",
          description: "Confirms and Cancels among them: they are tried until they succeed.",
          unit: "short",
          badFrom: 1,
          queries: [["{{step}}", common("waybill_workflow_retrying", "step")]],
        },
        {
          title: "Failing for",
          unit: "s",
          badFrom: 60,
          queries: [["{{step}}", common("waybill_workflow_oldest_failure_seconds", "step")]],
        },
        {
          title: "Stuck",
          description: "docs/operations.md#a-stuck-order",
          unit: "short",
          badFrom: 1,
          queries: [["{{step}}", common("waybill_workflow_stuck", "step")]],
        },
        {
          title: "Decided after the window",
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
      title: "Payment provider",
      panels: [
        {
          title: "Calls",
          unit: "reqps",
          queries: [
            [
              "{{operation}} {{outcome}}",
              rate("waybill_payment_provider_duration_seconds_count", "operation, outcome"),
            ],
          ],
        },
        {
          title: "Duration, p99",
          traces: '{ resource.service.name = "payment" && name =~ "provider .*" && duration > 1s }',
          unit: "s",
          badFrom: 1,
          queries: [
            [
              "{{operation}}",
              quantile(0.99, "waybill_payment_provider_duration_seconds", "operation"),
            ],
          ],
        },
      ],
    },
    {
      title: "Holds",
      panels: [
        {
          title: "Expired and not resolved",
          unit: "short",
          badFrom: 1,
          queries: [["{{service}}", common("waybill_tcc_expired_holds", "service")]],
        },
        {
          title: "Kept, since nobody knows their orders' fate",
          description: "Are status and order up?",
          unit: "short",
          badFrom: 1,
          queries: [["{{service}}", common("waybill_tcc_kept_holds", "service")]],
        },
        {
          title: "Resolved by the reaper",
          unit: "ops",
          queries: [
            [
              "{{service}} {{resolved}}",
              rate("waybill_tcc_resolutions_total", "service, resolved"),
            ],
          ],
        },
        {
          title: "Confirms of what is cancelled",
          description: "Never in order: docs/operations.md#alarms",
          unit: "ops",
          badFrom: 0.001,
          queries: [["{{service}}", rate("waybill_tcc_confirm_after_cancel_total", "service")]],
        },
      ],
    },
  ],
};
