import { type Dashboard, rate } from "../dashboard.ts";

const chosen = 'service=~"$service"';

/** The processes themselves. */
export const runtime: Dashboard = {
  uid: "waybill-runtime",
  title: "Waybill: runtime",
  hasServices: true,
  rows: [
    {
      title: "Processes",
      panels: [
        {
          title: "CPU",
          unit: "percentunit",
          queries: [
            ["{{instance}}", rate("process_cpu_time_seconds_total", "service, instance", chosen)],
          ],
        },
        {
          title: "Memory",
          unit: "bytes",
          queries: [
            ["{{instance}}", `sum by (service, instance) (process_memory_usage_bytes{${chosen}})`],
          ],
        },
        {
          title: "Versions",
          unit: "short",
          queries: [
            [
              "{{service}} {{service_version}} on Node {{node_version}}",
              `count by (service, service_version, node_version) (waybill_build_info{${chosen}})`,
            ],
          ],
        },
        {
          title: "Scraped",
          unit: "short",
          queries: [["{{instance}}", `up{job="waybill",${chosen}}`]],
        },
      ],
    },
    {
      title: "Event loop and memory",
      panels: [
        {
          title: "Event loop delay, p99",
          unit: "s",
          badFrom: 0.5,
          queries: [
            [
              "{{instance}}",
              `max by (service, instance) (nodejs_eventloop_delay_p99_seconds{${chosen}})`,
            ],
          ],
        },
        {
          title: "Event loop utilization",
          unit: "percentunit",
          badFrom: 0.9,
          queries: [
            [
              "{{instance}}",
              `max by (service, instance) (nodejs_eventloop_utilization_ratio{${chosen}})`,
            ],
          ],
        },
        {
          title: "Garbage collection, share of the time",
          unit: "percentunit",
          badFrom: 0.1,
          queries: [
            [
              "{{instance}} {{v8js_gc_type}}",
              rate("v8js_gc_duration_seconds_sum", "service, instance, v8js_gc_type", chosen),
            ],
          ],
        },
        {
          title: "Heap in use",
          unit: "bytes",
          queries: [
            ["{{instance}}", `sum by (service, instance) (v8js_memory_heap_used_bytes{${chosen}})`],
          ],
        },
        {
          title: "What keeps the loop alive",
          unit: "short",
          queries: [
            [
              "{{instance}} {{v8js_resource_type}}",
              `sum by (service, instance, v8js_resource_type) (v8js_resource_active{${chosen}})`,
            ],
          ],
        },
      ],
    },
  ],
};
