import { common, type Dashboard, quantile, rate } from "../dashboard.ts";

const consumer = "messaging_destination_name, messaging_consumer_group_name";
const legend = "{{messaging_consumer_group_name}} ({{messaging_destination_name}})";
const stream = "messaging_destination_name";

/** Events: what is published, what is consumed, who is behind. */
export const messaging: Dashboard = {
  uid: "waybill-messaging",
  title: "Waybill: messaging",
  rows: [
    {
      title: "Consumers",
      panels: [
        {
          title: "Oldest event that is not settled",
          unit: "s",
          badFrom: 5,
          queries: [[legend, common("waybill_consumer_oldest_age_seconds", consumer)]],
        },
        {
          title: "Events that wait",
          unit: "short",
          queries: [[legend, common("waybill_consumer_pending", consumer)]],
        },
        {
          title: "Delivered, not settled",
          unit: "short",
          queries: [[legend, common("waybill_consumer_ack_pending", consumer)]],
        },
        {
          title: "Under way more than once",
          unit: "short",
          queries: [[legend, common("waybill_consumer_redelivered", consumer)]],
        },
        {
          title: "Handled",
          unit: "ops",
          queries: [
            [
              `${legend} {{outcome}}`,
              rate("messaging_client_consumed_messages_total", `${consumer}, outcome`),
            ],
          ],
        },
        {
          title: "Time in the stream, p99",
          unit: "s",
          queries: [[legend, quantile(0.99, "waybill_messaging_delay_seconds", consumer)]],
        },
      ],
    },
    {
      title: "Journals",
      panels: [
        {
          title: "Oldest row that is not published",
          unit: "s",
          badFrom: 5,
          queries: [
            [
              "{{messaging_destination_name}}",
              common("waybill_journal_oldest_age_seconds", stream),
            ],
          ],
        },
        {
          title: "Rows that are not published",
          unit: "short",
          queries: [
            ["{{messaging_destination_name}}", common("waybill_journal_unpublished", stream)],
          ],
        },
        {
          title: "Published",
          unit: "ops",
          queries: [
            [
              "{{messaging_destination_name}}",
              rate("messaging_client_sent_messages_total", stream),
            ],
          ],
        },
        {
          title: "Being published",
          unit: "short",
          queries: [
            ["{{messaging_destination_name}}", `sum by (${stream}) (waybill_relay_in_flight)`],
          ],
        },
        {
          title: "Not acknowledged",
          unit: "ops",
          badFrom: 0.1,
          queries: [
            ["{{messaging_destination_name}}", rate("waybill_relay_failures_total", stream)],
          ],
        },
      ],
    },
    {
      title: "Notifications",
      panels: [
        {
          title: "Tried, by outcome",
          unit: "ops",
          queries: [
            [
              "{{channel}} {{outcome}}",
              rate("waybill_notification_attempts_total", "channel, outcome"),
            ],
          ],
        },
        {
          title: "Not sent yet",
          description: "docs/operations.md#notifications-are-not-sent",
          unit: "short",
          queries: [["{{channel}}", common("waybill_notification_waiting", "channel")]],
        },
      ],
    },
    {
      title: "Health",
      panels: [
        {
          title: "Connected to NATS",
          unit: "short",
          queries: [["{{service}}", "min by (service) (waybill_messaging_connected)"]],
        },
        {
          title: "Dead letters",
          description: "docs/operations.md#dead-letters",
          unit: "short",
          badFrom: 1,
          queries: [
            [
              "{{messaging_consumer_group_name}} {{reason}}",
              "sum by (messaging_consumer_group_name, reason) (increase(waybill_messaging_dead_letters_total[1h]))",
            ],
          ],
        },
      ],
    },
  ],
};
