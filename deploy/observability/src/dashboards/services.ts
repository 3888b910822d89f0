import { type Dashboard, faults, mean, quantile, rate } from "../dashboard.ts";

const chosen = 'service=~"$service"';

/** Rate, errors and duration of each service, and what they depend on. */
export const services: Dashboard = {
  uid: "waybill-services",
  title: "Waybill: services",
  hasServices: true,
  rows: [
    {
      title: "gRPC",
      panels: [
        {
          title: "Calls",
          unit: "reqps",
          queries: [
            [
              "{{service}} {{rpc_method}}",
              rate("rpc_server_call_duration_seconds_count", "service, rpc_method", chosen),
            ],
          ],
        },
        {
          title: "Faults",
          unit: "reqps",
          badFrom: 0.1,
          queries: [
            [
              "{{service}} {{rpc_method}} {{rpc_status_code}}",
              rate(
                "rpc_server_call_duration_seconds_count",
                "service, rpc_method, rpc_status_code",
                `${chosen},${faults}`,
              ),
            ],
          ],
        },
        {
          title: "Duration, p99",
          unit: "s",
          queries: [
            [
              "{{service}} {{rpc_method}}",
              quantile(0.99, "rpc_server_call_duration_seconds", "service, rpc_method", chosen),
            ],
          ],
        },
      ],
    },
    {
      title: "HTTP",
      panels: [
        {
          title: "Requests",
          unit: "reqps",
          queries: [
            [
              "{{http_request_method}} {{http_route}} {{http_response_status_code}}",
              rate(
                "http_server_request_duration_seconds_count",
                "http_request_method, http_route, http_response_status_code",
              ),
            ],
          ],
        },
        {
          title: "Duration, p99",
          unit: "s",
          queries: [
            [
              "{{http_request_method}} {{http_route}}",
              quantile(
                0.99,
                "http_server_request_duration_seconds",
                "http_request_method, http_route",
              ),
            ],
          ],
        },
        {
          title: "Orders read from memory",
          unit: "percentunit",
          queries: [
            [
              "hits",
              'sum(rate(waybill_gateway_order_cache_reads_total{outcome="hit"}[$__rate_interval])) / sum(rate(waybill_gateway_order_cache_reads_total[$__rate_interval]))',
            ],
            ["since the start", "avg(waybill_gateway_order_cache_hit_ratio)"],
          ],
        },
      ],
    },
    {
      title: "Batches",
      panels: [
        {
          title: "Elements per batch",
          unit: "short",
          queries: [
            [
              "{{service}} {{waybill_batch_point}}",
              mean("waybill_batch_size", "service, waybill_batch_point", chosen),
            ],
          ],
        },
        {
          title: "Wait of the first element, p99",
          unit: "s",
          queries: [
            [
              "{{service}} {{waybill_batch_point}}",
              quantile(0.99, "waybill_batch_wait_seconds", "service, waybill_batch_point", chosen),
            ],
          ],
        },
        {
          title: "Work on a batch, p99",
          unit: "s",
          queries: [
            [
              "{{service}} {{waybill_batch_point}}",
              quantile(
                0.99,
                "waybill_batch_duration_seconds",
                "service, waybill_batch_point",
                chosen,
              ),
            ],
          ],
        },
      ],
    },
    {
      title: "Database",
      panels: [
        {
          title: "Statements, p99",
          unit: "s",
          queries: [
            [
              "{{service}} {{db_query_summary}}",
              quantile(
                0.99,
                "db_client_operation_duration_seconds",
                "service, db_query_summary",
                chosen,
              ),
            ],
          ],
        },
        {
          title: "Statements",
          unit: "ops",
          queries: [
            [
              "{{service}} {{db_query_summary}}",
              rate(
                "db_client_operation_duration_seconds_count",
                "service, db_query_summary",
                chosen,
              ),
            ],
          ],
        },
        {
          title: "Connections in use, of those there may be",
          unit: "percentunit",
          badFrom: 0.9,
          queries: [
            [
              "{{service}}",
              `sum by (service) (db_client_connection_open{db_client_connection_state="used",${chosen}}) / sum by (service) (db_client_connection_limit{${chosen}})`,
            ],
          ],
        },
        {
          title: "Waiting for a connection",
          unit: "short",
          badFrom: 1,
          queries: [
            ["{{service}}", `sum by (service) (db_client_connection_pending_requests{${chosen}})`],
          ],
        },
      ],
    },
  ],
};
