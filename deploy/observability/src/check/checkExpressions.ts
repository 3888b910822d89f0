import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { findStack, startStack, temporaryFolder } from "@waybill/stack";
import { type Expression, expressions, metricsIn } from "../expressions.ts";
import { type Prometheus, scraping, startPrometheus } from "../servers/prometheus.ts";
import { asAsked, withoutThreshold } from "./asAsked.ts";
import { keepOrdering } from "./load.ts";
import { makeTrouble } from "./trouble.ts";
import { unprovoked } from "./unprovoked.ts";

/** What runs again and again while there is trouble: a burst is seen by those that look at its time. */
const lookEveryMs = 4_000;
const afterwardsMs = 20_000;
/** A machine that others use takes its time. */
const deliveredWithinMs = 90_000;

/** The buckets of one of the histograms that lead to traces. */
const toDelivered = "waybill_order_delivery_duration_seconds_bucket";

/** Short times, so that what takes minutes in production happens in seconds here. */
const impatient = {
  CANCELLATION_WINDOW: "500ms",
  HOLD_EXPIRY: "3s",
  REAPER_INTERVAL: "500ms",
  REANNOUNCE_AFTER: "5s",
  RETRY_FIRST: "200ms",
  RETRY_CAP: "2s",
  STUCK_AFTER: "5s",
  PENDING_DELAY: "2s",
  PROVIDER_TIMEOUT: "3s",
};

/** Evaluates every expression while a stack works and suffers; answers whether all have data that can have it. */
export async function checkExpressions(say: (text: string) => void): Promise<boolean> {
  const folder = temporaryFolder("waybill-observe-");
  await using stack = await startStack({
    dataDir: join(folder, "stack"),
    portBase: "free",
    samples: true,
    traces: true,
    postgres: { fsync: false },
    env: impatient,
  });
  const addresses = findStack(stack.dataDir)?.metricsAddresses ?? {};
  await using prometheus = await startPrometheus(join(folder, "prometheus"), scraping(addresses));
  await using _orders = await keepOrdering(stack);
  const waiting = new Set(expressions());
  const all = waiting.size;
  say(`${all} expressions; Prometheus at ${prometheus.url}`);
  const watching = new AbortController();
  const looking = lookAgain(prometheus, waiting, watching.signal);
  await untilDelivered(prometheus);
  await makeTrouble(stack, (text) => say(`  ${text}`));
  await delay(afterwardsMs);
  watching.abort();
  await looking;
  const hasExemplars = (await prometheus.exemplarsOf(toDelivered)) > 0;
  say(hasExemplars ? "Exemplars lead to traces." : `  EMPTY: exemplars of ${toDelivered}`);
  return report([...waiting], all, say) && hasExemplars;
}

/** Orders have to be on their whole way, without trouble, before there is any. */
async function untilDelivered(prometheus: Prometheus): Promise<void> {
  const delivered = asAsked(
    'rate(waybill_orders_transitions_total{to="DELIVERED"}[$__rate_interval]) > 0',
  );
  const deadline = performance.now() + deliveredWithinMs;
  while ((await prometheus.seriesOf(delivered)) === 0) {
    if (performance.now() > deadline)
      throw new Error(`No order was delivered within ${deliveredWithinMs / 1_000} s`);
    await delay(lookEveryMs);
  }
}

/** Takes off the list what has data. */
async function lookAgain(
  prometheus: Prometheus,
  waiting: Set<Expression>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    for (const expression of waiting)
      if (await hasData(prometheus, expression)) waiting.delete(expression);
    await delay(lookEveryMs, undefined, { signal }).catch(() => {});
  }
}

async function hasData(prometheus: Prometheus, { text }: Expression): Promise<boolean> {
  const asked = asAsked(text);
  if ((await prometheus.seriesOf(asked)) > 0) return true;
  return (await prometheus.seriesOf(withoutThreshold(asked))) > 0;
}

function report(empty: readonly Expression[], all: number, say: (text: string) => void): boolean {
  const reasonOf = ({ text }: Expression) =>
    metricsIn(text).flatMap((name) => unprovoked[name.replace(/_total$/, "")] ?? []);
  const excused = empty.filter((one) => reasonOf(one).length > 0);
  const missing = empty.filter((one) => reasonOf(one).length === 0);
  say(`${all - empty.length} of ${all} expressions had data.`);
  for (const one of excused) say(`  not provoked: ${one.where} (${reasonOf(one).join("; ")})`);
  for (const one of missing) say(`  EMPTY: ${one.where}: ${one.text}`);
  return missing.length === 0;
}
