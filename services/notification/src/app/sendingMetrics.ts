import { metrics } from "@opentelemetry/api";
import { observeGauges } from "@waybill/chassis";
import type { Sql } from "@waybill/persistence";
import { countWaiting } from "../db/sendingStore.ts";
import type { Channel } from "../domain/notification.ts";
import type { Verdict } from "./attempt.ts";

const meterName = "waybill.notification";

const attempts = metrics.getMeter(meterName).createCounter("waybill.notification.attempts", {
  description:
    "Notifications that were tried to be sent, by channel and outcome: sent, again (refused for now, or nobody was there), or failed for good.",
  unit: "{attempt}",
});

const outcomes = { SENT: "sent", WAITING: "again", FAILED: "failed" } as const;

/** Counts what became of a sending; not, when it was only put off. */
export function countAttempt(channel: Channel, { state, isAttempt }: Verdict): void {
  if (isAttempt || state === "FAILED") attempts.add(1, { channel, outcome: outcomes[state] });
}

const gauges = {
  "waybill.notification.waiting": {
    description:
      "Notifications that are not sent yet, by channel, counted up to 100,000. Every replica tells the same.",
    unit: "{sending}",
  },
} as const;

/** Shows how many sendings wait; the database is asked when somebody scrapes. */
export const observeWaiting = (db: Sql): Disposable =>
  observeGauges(meterName, gauges, async () => {
    const waiting = await countWaiting(db);
    return [...waiting].map(([channel, count]) => [
      "waybill.notification.waiting",
      count,
      { channel },
    ]);
  });
