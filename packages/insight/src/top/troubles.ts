import type { ConsumerFacts, PartFacts } from "./observation.ts";
import type { Series } from "./series.ts";
import { count, lasting, names } from "./words.ts";

/** Longer than any event should wait while its consumer reads. Unit: s. */
const lateAfter = 5;
/** Of accepting an order, as promised. Unit: s. */
export const acceptanceTarget = 0.25;
/** An ordinary provider answers within this; the rest of an order's way takes less. Unit: s. */
const slowProvider = 1;
/** A journal's rows are published at once. Unit: s. */
const lateJournal = 5;
const blockedLoop = 0.5;

/** What is wrong, in words that name it; the most likely cause first. */
export function troublesOf(series: Series): readonly string[] {
  const { parts, messaging, isPostgresUp } = series.last;
  return [
    ...(isPostgresUp ? [] : ["PostgreSQL is down: nothing is accepted"]),
    ...(messaging === undefined
      ? ["NATS does not answer: orders are accepted, nothing moves"]
      : []),
    ...parts.flatMap(ofPart),
    ...(messaging?.consumers ?? []).flatMap((consumer) => ofConsumer(consumer, series.last.at)),
    ...ofProvider(series),
    ...ofBreakers(series),
    ...ofWork(series),
    ...ofLoops(series),
    ...(messaging === undefined || messaging.deadLetters === 0
      ? []
      : [`${count(messaging.deadLetters, "dead letter")}: docs/operations.md#dead-letters`]),
  ];
}

function ofPart({ part, health, scrape }: PartFacts): string[] {
  if (health === "down") return [`${part} is down: it has no process`];
  if (health === "running")
    return [`${part} does not serve: it runs, but does not answer for its health`];
  return scrape === undefined ? [`${part} does not tell its metrics in time`] : [];
}

function ofConsumer(consumer: ConsumerFacts, now: number): string[] {
  const { stream, durable, pending, unsettled, readers, isPaused, oldestAt } = consumer;
  const name = `consumer ${durable} of ${stream}`;
  const behind = pending + unsettled;
  const age = oldestAt === undefined ? 0 : (now - oldestAt) / 1_000;
  const late =
    behind === 0 ? "" : `; ${count(behind, "event")} wait, the oldest for ${lasting(age)}`;
  if (isPaused) return [`${name} is paused${late}`];
  if (readers === 0 && pending > 0) return [`${name}: nobody reads${late}`];
  return age > lateAfter ? [`${name} is late${late}`] : [];
}

function ofProvider(series: Series): string[] {
  const metric = "waybill_payment_provider_duration_seconds";
  const operations = new Set(
    series.values({ metric: `${metric}_count` }).map(({ labels }) => labels.operation ?? ""),
  );
  return [...operations].flatMap((operation) => {
    const p99 = series.quantile(0.99, { metric, labels: { operation } });
    return p99 !== undefined && p99 > slowProvider
      ? [`the payment provider is slow: ${operation} takes ${lasting(p99)} (p99)`]
      : [];
  });
}

function ofBreakers(series: Series): string[] {
  const open = series.last.parts.flatMap(({ part }) => {
    const which = { metric: "waybill_rpc_breaker_state", labels: { state: /^(open|half-open)$/ } };
    const callees = series.values({ ...which, part }).filter(({ value }) => value === 1);
    return callees.map(({ labels }) => ({ part, callee: labels.callee ?? "" }));
  });
  return [...Map.groupBy(open, ({ callee }) => callee)].map(
    ([callee, by]) =>
      `calls to ${callee} fail at once (breaker open) in ${names(by.map(({ part }) => part))}`,
  );
}

/** What workflow, the journals and the participants tell of their own troubles. */
function ofWork(series: Series): string[] {
  const some = (metric: string, label: string, least: number) =>
    [...series.largestBy(label, { metric })].filter(([, value]) => value > least);
  return [
    ...some("waybill_workflow_stuck", "step", 0).map(
      ([step, orders]) =>
        `${count(orders, "order")} stuck in ${step}: docs/operations.md#a-stuck-order`,
    ),
    ...some("waybill_journal_oldest_age_seconds", "messaging_destination_name", lateJournal).map(
      ([stream, age]) =>
        `the journal of ${stream} is not published: its oldest row waits for ${lasting(age)}`,
    ),
    ...some("waybill_tcc_kept_holds", "", 0).map(
      ([, holds]) => `${count(holds, "expired hold")} kept, since their orders' fate is not known`,
    ),
    ...ofAcceptance(series),
  ];
}

function ofAcceptance(series: Series): string[] {
  const p99 = series.quantile(0.99, accepting);
  return p99 !== undefined && p99 > acceptanceTarget
    ? [`accepting orders takes ${lasting(p99)} (p99), more than ${lasting(acceptanceTarget)}`]
    : [];
}

/** The calls by which orders are placed, at the service that accepts them. */
export const accepting = {
  metric: "rpc_server_call_duration_seconds",
  labels: { rpc_method: /OrderService\/(Create|BatchCreate|Try)Orders?$/ },
};

function ofLoops(series: Series): string[] {
  const metric = "nodejs_eventloop_delay_p99_seconds";
  return series.last.parts.flatMap(({ part }) => {
    const delay = series.values({ metric, part })[0]?.value ?? 0;
    return delay > blockedLoop
      ? [`${part} is held up: its event loop waits for ${lasting(delay)} (p99)`]
      : [];
  });
}
